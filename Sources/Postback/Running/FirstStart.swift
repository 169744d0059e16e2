import Signing

/// What `up` makes when nobody configured it: an ops key, and a secret for URLs that come with events. Kept in the data
/// directory for its owner alone, and printed once.
struct FirstStart: Sendable {
    let apiKey: String
    let callbackSecret: Secret
    private let isKeyNew: Bool
    private let isSecretNew: Bool

    /// Reads what an earlier start made, or makes it.
    init(data: DataDirectory) throws {
        if let key = data.read(.apiKey) {
            apiKey = key
            isKeyNew = false
        } else {
            apiKey = "pbk_" + Hexadecimal.encode(randomBytes(24))
            isKeyNew = true
            try data.write(.apiKey, apiKey)
        }
        if let text = data.read(.callbackSecret) {
            do {
                callbackSecret = try Secret(text)
            } catch {
                throw CommandFailure(.badConfiguration, "\(data.path(of: "callback-secret")): \(error)")
            }
            isSecretNew = false
        } else {
            callbackSecret = Secret.generate()
            isSecretNew = true
            try data.write(.callbackSecret, callbackSecret.revealed)
        }
    }

    /// Tells a person what was made, the first time only.
    func announce() {
        if isKeyNew { StandardStream.output.write("API key (ops), printed this once:      \(apiKey)") }
        if isSecretNew {
            StandardStream.output.write("Secret for callback URLs, printed once: \(callbackSecret.revealed)")
        }
    }
}
