import Settings
import Signing

/// What `up` makes when nobody configured it: an ops key, and a secret for URLs that come with events. Kept in the data
/// directory for its owner alone, and printed once.
struct FirstStart: Sendable {
    /// `nil`: keys are configured.
    let apiKey: String?
    /// `nil`: `callbacks.secret` is configured.
    let callbackSecret: Secret?
    private var announcement: [String] = []

    /// Reads what an earlier start made, or makes it.
    init(data: DataDirectory, configured: Settings) throws {
        if configured.apiKeys.isEmpty {
            let known = data.read(.apiKey)
            let key = known ?? "pbk_" + Hexadecimal.encode(randomBytes(24))
            if known == nil {
                try data.write(.apiKey, key)
                announcement.append("API key (ops), printed this once:       \(key)")
            }
            apiKey = key
        } else {
            // It opens nothing any more, and commands would go on trying it.
            data.remove(.apiKey)
            apiKey = nil
        }
        guard configured.callbackKeys == nil else {
            callbackSecret = nil
            return
        }
        guard let text = data.read(.callbackSecret) else {
            let secret = Secret.generate()
            try data.write(.callbackSecret, secret.revealed)
            announcement.append("Secret for callback URLs, printed once: \(secret.revealed)")
            callbackSecret = secret
            return
        }
        do {
            callbackSecret = try Secret(text)
        } catch {
            throw CommandFailure(.badConfiguration, "\(data.path(of: "callback-secret")): \(error)")
        }
    }

    /// Tells a person what was made, the first time only.
    func announce() {
        announcement.forEach(StandardStream.output.write)
    }
}
