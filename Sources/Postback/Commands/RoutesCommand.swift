import ArgumentParser
import Deliveries
import Settings

/// `postback routes`: looks at the routes.
struct RoutesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "Checks the routes, or sends a test event through one.",
        subcommands: [Check.self, Test.self]
    )

    /// `routes check`.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Validates the configuration and warns of what is likely a mistake.",
            discussion: "Exit code 78 when the configuration would be refused, 0 with or without warnings."
        )

        @OptionGroup var common: CommonOptions

        func run() throws {
            let run = try RunSettings(common)
            _ = try run.redisEndpoint()
            let settings = run.all
            for route in settings.table.routes {
                StandardStream.output.write("\(route.name)")
                StandardStream.output.write("  success  \(route.success.url.text)")
                StandardStream.output.write("  failure  \(route.failure?.url.text ?? "as success")")
            }
            let warnings = RouteCheck.warnings(for: settings)
            for warning in warnings { StandardStream.output.write("warning: \(warning.path): \(warning.message)") }
            StandardStream.output.write("routes: \(settings.table.routes.count), warnings: \(warnings.count)")
        }
    }

    /// `routes test`.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a signed test event to a route's destinations and prints what came back."
        )

        @Argument(help: "Name of the route.")
        var name: String
        @OptionGroup var connection: ClientOptions
        @Flag(help: "Print JSON, one answer a line.")
        var json = false

        func run() async throws {
            let client = try connection.client()
            var names: [String] = []
            try await client.items(of: ["api", "destinations"], query: []) { destination in
                if destination["route"]?.text == name, let found = destination["name"]?.text { names.append(found) }
            }
            guard !names.isEmpty else { throw CommandFailure(.failed, "no route is named \(name)") }
            var failed = 0
            for destination in names.sorted(by: >) {
                let path = try APIClient.path(["api", "destinations", destination, "test"])
                // The API answers when the destination has, or its own time is up: ten minutes at most.
                let answer = try await client.read(JSONValue.self, "POST", path, timeout: 660)
                if answer["outcome"]?.text != "delivered" { failed += 1 }
                if json {
                    StandardStream.output.writeJSON(answer.line)
                } else {
                    StandardStream.output.write(Self.line(destination, answer))
                }
            }
            if failed > 0 { throw CommandFailure(.failed, "\(failed) of \(names.count) did not take the test event") }
        }

        private static func line(_ destination: String, _ answer: JSONValue) -> String {
            let parts = [
                answer["outcome"]?.text, answer["status_code"]?.text, answer["error"]?.text,
                answer["times_ms"]?["total"]?.text.map { "\($0) ms" }, answer["response"]?["body"]?.text,
            ]
            return "\(destination)  " + parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
        }
    }
}
