import ArgumentParser

/// `postback deliveries`: the ops view of deliveries.
struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Shows deliveries, and replays or cancels them.",
        subcommands: [List.self, Show.self, Replay.self, Cancel.self]
    )

    /// `deliveries list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists deliveries, the newest first.")

        @OptionGroup var filters: DeliveryFilters
        @OptionGroup var connection: ClientOptions
        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.show(["api", "deliveries"], filters, of: connection.client(), in: DeliveryTable())
        }
    }

    /// `deliveries show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one delivery with its attempts: why it did or did not arrive."
        )

        @Argument(help: "The delivery's id (dlv_…).")
        var id: String
        @OptionGroup var connection: ClientOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let data = try await connection.client().send("GET", APIClient.path(["api", "deliveries", id]))
            if json {
                // As it came: decoding and encoding would not give the body's own bytes.
                StandardStream.output.write(String(decoding: data, as: UTF8.self))
            } else {
                try DeliveryReport(data).lines.forEach(StandardStream.output.write)
            }
        }
    }

    /// `deliveries replay`.
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes deliveries again, with the same id and body: the named ones, or all that match a filter.",
            discussion: """
                Without ids, at least one filter is needed. A filter leaves out what was delivered, unless --force is given, and test \
                events, unless --type asks for them.
                """
        )

        @Argument(help: "Ids of deliveries (dlv_…).")
        var ids: [String] = []
        @OptionGroup var filters: DeliveryFilters
        @OptionGroup var connection: ClientOptions
        @Flag(help: "Say what would be replayed, and do nothing.")
        var dryRun = false
        @Flag(help: "Also replay what was delivered: the receiver gets it again.")
        var force = false
        @Option(help: "So many a second, at most.")
        var rate: Double?
        @Flag(help: "Print JSON, one answer a line.")
        var json = false

        func validate() throws {
            try filters.check(besides: ids)
            if let rate, !(rate > 0 && rate <= 10_000) {
                throw ValidationError("--rate: \(rate) is not more than 0 and at most 10000")
            }
        }

        func run() async throws {
            let client = try connection.client()
            let targets = ids.isEmpty ? try await matching(client) : ids
            let body = force ? JSONValue.object([("force", .bool(true))]).data : nil
            try await Wishes(
                client: client,
                action: "replay",
                done: "replayed",
                body: body,
                rate: rate,
                dryRun: dryRun,
                json: json
            )
            .carryOut(on: targets)
        }

        /// Ids of what the filter matches; delivered ones and test events only when they were asked for.
        private func matching(_ client: APIClient) async throws -> [String] {
            var found: [String] = []
            try await client.items(of: ["api", "deliveries"], query: filters.query) { item in
                guard let id = item["id"]?.text, force || item["status"]?.text != "delivered",
                    filters.type != nil || item["type"]?.text != "postback.test"
                else { return }
                found.append(id)
            }
            // The oldest first, as they would have gone out.
            return found.reversed()
        }
    }

    /// `deliveries cancel`.
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Calls pending deliveries off.")

        @Argument(help: "Ids of deliveries (dlv_…).")
        var ids: [String]
        @OptionGroup var connection: ClientOptions
        @Flag(help: "Print JSON, one answer a line.")
        var json = false

        func run() async throws {
            let client = try connection.client()
            try await Wishes(client: client, action: "cancel", done: "cancelled", body: nil, rate: nil, json: json)
                .carryOut(on: ids)
        }
    }
}
