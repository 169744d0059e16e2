import Deliveries
import Signing

/// Something that is allowed and probably not meant, for `postback routes check`.
package struct SettingsWarning: Hashable, Sendable, CustomStringConvertible {
    /// `routes[1].success.url`
    package let path: String
    /// What it leads to, and what to do.
    package let message: String

    /// `routes[1].success.url: message`
    package var description: String { "\(path): \(message)" }
}

/// Looks for what a configuration permits and its author probably did not mean.
package enum RouteCheck {
    /// All warnings: routes in their order, then what concerns several of them or the whole file.
    package static func warnings(for settings: Settings) -> [SettingsWarning] {
        var warnings: [SettingsWarning] = []
        for (index, route) in settings.table.routes.enumerated() {
            let path = "routes[\(index)]"
            warnings += warningsAboutReach(of: route, at: index, settings.table.routes)
            warnings += warningsAboutURL(route.success, path: "\(path).success.url", settings.table.addresses)
            if let failure = route.failure {
                warnings += warningsAboutURL(failure, path: "\(path).failure.url", settings.table.addresses)
                if failure.url == route.success.url {
                    warnings.append(
                        SettingsWarning(
                            path: "\(path).failure.url",
                            message: "is the URL of success: leave failure out, status tells them apart"
                        )
                    )
                }
            }
        }
        warnings += warningsAboutSharedSecrets(settings)
        warnings += settings.clearText.map { warning(about: $0) }
        warnings += settings.ignoredVariables
        for queue in settings.jobs.queues.keys.sorted() where !settings.worker.queues.contains(queue) {
            warnings.append(
                SettingsWarning(
                    path: "jobs.queues.\(queue)",
                    message: """
                        the worker of this configuration takes no jobs from it: name it in worker.queues too, or run a worker \
                        with --queues
                        """
                )
            )
        }
        if settings.table.route(named: "default") == nil {
            warnings.append(
                SettingsWarning(
                    path: "routes",
                    message: "no route is named default: events that no route takes are quarantined"
                )
            )
        }
        return warnings
    }

    private static func warningsAboutReach(of route: Route, at index: Int, _ routes: [Route]) -> [SettingsWarning] {
        let path = "routes[\(index)].match"
        if route.name == "default" {
            guard route.match != RouteMatch(), route.match != RouteMatch(type: "*") else { return [] }
            return [
                SettingsWarning(
                    path: path,
                    message: "does not count: the route named default takes what no other takes"
                )
            ]
        }
        guard let earlier = routes[..<index].first(where: { $0.name != "default" && $0.match.covers(route.match) })
        else { return [] }
        let message = "never counts, because the route \(earlier.name) before it takes all of these events"
        return [SettingsWarning(path: path, message: message)]
    }

    private static func warningsAboutURL(
        _ destination: Destination,
        path: String,
        _ addresses: AddressPolicy
    ) -> [SettingsWarning] {
        if let reason = addresses.knownRefusal(of: destination.url, origin: .operatorConfigured) {
            return [SettingsWarning(path: path, message: "is never called: \(reason)")]
        }
        var warnings: [SettingsWarning] = []
        let url = destination.url
        if destination.policy.profile == .n8n, url.withoutQuery.contains("/webhook-test/") {
            warnings.append(
                SettingsWarning(
                    path: path,
                    message: "is n8n's test URL: it answers once, while the editor listens; use /webhook/"
                )
            )
        }
        if url.scheme == .http, isPublic(url.host), !addresses.allow.names(host: url.host) {
            warnings.append(SettingsWarning(path: path, message: "sends in clear text to a public host; use https"))
        }
        return warnings
    }

    /// Whether a host is probably out on the Internet. Names without a dot and under the reserved top-level names are local
    /// (RFC 6761, RFC 6762, ICANN's `internal`).
    private static func isPublic(_ host: String) -> Bool {
        if let address = IPAddress(host) { return AddressKind(of: address) == .global }
        guard host.contains(".") else { return false }
        return ![".localhost", ".local", ".internal", ".test", ".home.arpa"].contains { host.hasSuffix($0) }
    }

    private static func warningsAboutSharedSecrets(_ settings: Settings) -> [SettingsWarning] {
        var owners: [Secret: String] = [:]
        var warnings: [SettingsWarning] = []
        for (index, route) in settings.table.routes.enumerated() {
            for (outcome, destination) in [("success", route.success), ("failure", route.failure)] {
                guard let name = destination?.name, let secret = settings.keys[name]?.current else { continue }
                let owner = owners[secret] ?? route.name
                owners[secret] = owner
                guard owner != route.name, !warnings.contains(where: { $0.path.hasPrefix("routes[\(index)].") }) else {
                    continue
                }
                let message = "is the secret of the route \(owner) too: who holds it can sign for both"
                warnings.append(SettingsWarning(path: "routes[\(index)].\(outcome).secret", message: message))
            }
        }
        return warnings
    }

    private static func warning(about setting: ClearTextSetting) -> SettingsWarning {
        let what =
            switch setting.kind {
            case .secret: "the secret stands"
            case .apiKey: "the API key stands"
            case .header: "what looks like a secret stands"
            case .password: "a password stands"
            }
        return SettingsWarning(
            path: setting.path,
            message: "\(what) in the file in clear text; use env:NAME or file:PATH"
        )
    }
}

extension RouteMatch {
    /// Whether this match takes every event that the other one takes.
    fileprivate func covers(_ other: RouteMatch) -> Bool {
        (type.map { pattern in other.type.map { Self.pattern(pattern, covers: $0) } ?? (pattern == "*") } ?? true)
            && (productID.map { $0 == other.productID } ?? true)
            && (tenant.map { $0 == other.tenant } ?? true)
            && (queue.map { $0 == other.queue } ?? true)
    }

    private static func pattern(_ pattern: String, covers other: String) -> Bool {
        if pattern == "*" || pattern == other { return true }
        return pattern.hasSuffix(".*") && other.hasPrefix(pattern.dropLast())
    }
}
