import Deliveries
import Signing

/// Reads `callbacks`: how URLs are called that arrive with a job or an event, and which hosts and networks may be private.
enum CallbackReader {
    /// What the section says.
    struct Result {
        /// `nil`: such URLs are refused, because there is no secret to sign with.
        var policy: DestinationPolicy?
        var keys: SigningKeys?
        var allow: AllowList
    }

    private static let allowLimit = 1000

    static func read(_ section: LayeredSection, _ context: LoadContext) -> Result {
        let allow = allowList(section, context)
        guard section.hasAny(of: KeyReader.keys + DestinationOptions.keys) else {
            return Result(policy: nil, keys: nil, allow: allow)
        }
        if !section.hasAny(of: ["secret"]) {
            context.report(
                section.place,
                "secret is missing: without one, URLs that arrive with events cannot be called"
            )
        }
        let keys = KeyReader.read(section)
        return Result(policy: DestinationOptions.read(section), keys: keys, allow: allow)
    }

    private static func allowList(_ section: LayeredSection, _ context: LoadContext) -> AllowList {
        var good: [String] = []
        for setting in section.texts("allow", limit: allowLimit) ?? [] {
            // One by one, so that every bad entry is reported and not the first alone.
            do throws(AllowListError) {
                _ = try AllowList(entries: [setting.text])
                good.append(setting.text)
            } catch {
                context.report(setting.place, error.reason)
            }
        }
        return (try? AllowList(entries: good)) ?? .empty
    }
}
