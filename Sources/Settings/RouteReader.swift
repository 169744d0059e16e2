import Deliveries
import Signing

/// Reads `routes`: a list of `name`, `match`, `success` and `failure`.
enum RouteReader {
    /// A route and what signs for its destinations.
    struct Entry {
        let route: Route
        let keys: [(String, SigningKeys)]
    }

    private static let routeLimit = 1000
    private static let destinationKeys = ["url"] + KeyReader.keys + DestinationOptions.keys

    /// The routes, without those that were reported.
    static func read(_ value: YAMLValue?, _ context: LoadContext) -> [Entry] {
        var entries: [Entry] = []
        var paths: [String: String] = [:]
        for item in value?.list(limit: routeLimit) ?? [] where !context.isFull {
            guard let mapping = item.mapping(keys: ["name", "match", "success", "failure"]) else { continue }
            let name = name(mapping, &paths)
            let match = mapping.section("match").flatMap { readMatch($0) } ?? RouteMatch()
            let success = required("success", in: mapping) { destination($0, of: name, "success") }
            let failure = mapping.section("failure").flatMap { destination($0, of: name, "failure") }
            guard let name, let success else { continue }
            entries.append(
                Entry(
                    route: Route(name: name, match: match, success: success.0, failure: failure?.0),
                    keys: ([success] + (failure.map { [$0] } ?? [])).map { ($0.0.name, $0.1) }
                )
            )
        }
        return entries
    }

    private static func name(_ mapping: YAMLMapping, _ paths: inout [String: String]) -> String? {
        guard let text = required("name", in: mapping, read: { $0.text() }), let name = text.name(mapping.context)
        else {
            return nil
        }
        guard !name.hasPrefix(RouteTable.callbackPrefix) else {
            mapping.context.report(
                text.place,
                "must not begin with \(RouteTable.callbackPrefix), which marks URLs that arrive with events"
            )
            return nil
        }
        if let other = paths[name] {
            mapping.context.report(text.place, "is the name of \(other) already")
            return nil
        }
        paths[name] = mapping.place.path
        return name
    }

    private static func readMatch(_ value: YAMLValue) -> RouteMatch? {
        guard let mapping = value.mapping(keys: ["type", "product_id", "tenant", "queue"]) else { return nil }
        let type = mapping.text("type")
        if let type, !isTypePattern(type.text) {
            mapping.context.report(type.place, "must be a type such as job.completed, a beginning such as job.*, or *")
        }
        return RouteMatch(
            type: type?.text,
            productID: mapping.line("product_id", limit: 256),
            tenant: mapping.line("tenant", limit: 256),
            queue: mapping.line("queue", limit: 256)
        )
    }

    /// A lower-case dotted name of at most 128 bytes, whose last part may be `*` (contract sections 2 and 3).
    private static func isTypePattern(_ text: String) -> Bool {
        if text == "*" { return true }
        let name = text.hasSuffix(".*") ? text.dropLast(2) : text[...]
        guard text.utf8.count <= 128 else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.unicodeScalars.allSatisfy { scalar in
                    switch scalar {
                    case "a"..."z", "0"..."9", "_", "-": true
                    default: false
                    }
                }
        }
    }

    /// The destination and its keys. Without a name for the route, which was reported, all else is still checked.
    private static func destination(
        _ value: YAMLValue,
        of route: String?,
        _ outcome: String
    ) -> (Destination, SigningKeys)? {
        guard let mapping = value.mapping(keys: destinationKeys) else { return nil }
        let url = required("url", in: mapping) { $0.text() }.flatMap { text in
            do throws(DestinationURLError) {
                return try DestinationURL(text.text)
            } catch {
                mapping.context.report(text.place, "\(error)")
                return nil
            }
        }
        _ = required("secret", in: mapping) { $0 }
        let keys = KeyReader.read(mapping)
        let policy = DestinationOptions.read(mapping)
        guard let route, let url, let keys else { return nil }
        return (Destination(name: "\(route).\(outcome)", route: route, url: url, policy: policy), keys)
    }

    private static func required<Value>(
        _ key: String,
        in mapping: YAMLMapping,
        read: (YAMLValue) -> Value?
    ) -> Value? {
        guard let value = mapping.values[key] else {
            mapping.context.report(mapping.place, "\(key) is missing")
            return nil
        }
        return read(value)
    }
}
