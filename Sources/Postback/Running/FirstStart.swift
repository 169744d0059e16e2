import Settings
import Signing

/// What `up` makes when nobody configured it: an ops key, a secret for URLs that come with events, and what signs download links.
/// Kept in the data directory for its owner alone; what people need is printed once.
struct FirstStart: Sendable {
    /// `nil`: keys are configured.
    let apiKey: String?
    /// `nil`: `callbacks.secret` is configured.
    let callbackSecret: Secret?
    /// `nil`: `api.link_secret` is configured.
    let linkSecret: String?
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
        linkSecret = configured.api.linkSecret == nil ? try Self.linkSecret(data) : nil
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

    /// Nobody has to know it: those who make and check links read it from the data directory.
    private static func linkSecret(_ data: DataDirectory) throws -> String {
        if let known = data.read(.linkSecret) { return known }
        let made = Hexadecimal.encode(randomBytes(32))
        try data.write(.linkSecret, made)
        return made
    }

    /// Tells a person what was made, the first time only.
    func announce() {
        announcement.forEach(StandardStream.output.write)
    }
}
