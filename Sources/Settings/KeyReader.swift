import Deliveries
import Signing

/// Reads `secret`, `previous_secret` and `previous_secret_until`.
enum KeyReader {
    static let keys = ["secret", "previous_secret", "previous_secret_until"]

    /// The keys of a destination, or `nil` after a problem or if there is no secret.
    static func read(_ source: some SettingSource) -> SigningKeys? {
        let context = source.context
        let current = source.text("secret").flatMap { secret($0, context) }
        let previousText = source.text("previous_secret")
        let previous = previousText.flatMap { secret($0, context) }
        let untilText = source.text("previous_secret_until")
        let until = untilText.flatMap { Timestamp(rfc3339: $0.text) }
        if let untilText, until == nil {
            context.report(untilText.place, "must be an RFC 3339 time such as 2025-01-31T12:00:00Z")
        }
        if let untilText, previousText == nil {
            context.report(untilText.place, "needs previous_secret")
        }
        if let previousText, let previous, previous == current {
            context.report(previousText.place, "is the same as secret")
        }
        guard let current else { return nil }
        return SigningKeys(current: current, previous: previous, previousUntil: until?.milliseconds)
    }

    private static func secret(_ setting: SettingText, _ context: LoadContext) -> Secret? {
        guard let text = setting.secret(context) else { return nil }
        do {
            let secret = try Secret(text.value)
            if text.isLiteral, setting.place.isInFile {
                context.clearText.append(ClearTextSetting(path: setting.place.path, kind: .secret))
            }
            return secret
        } catch {
            context.report(setting.place, "\(error)\(text.origin)")
            return nil
        }
    }
}
