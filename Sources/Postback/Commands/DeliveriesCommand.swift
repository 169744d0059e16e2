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
            let client = try connection.client()
            let data = try await client.send("GET", try APIClient.path(["api", "deliveries", id]))
            guard !json else {
                // As it came: decoding and encoding would not give the body's own bytes.
                return StandardStream.output.writeJSON(String(decoding: data, as: UTF8.self))
            }
            var report = try DeliveryReport(data)
            // Not every key may ask for it.
            if let name = report.waitsFor { report.destination = try? await destination(name, client) }
            report.lines.forEach(StandardStream.output.write)
        }

        /// How a destination stands, on which it depends when a pending delivery goes out.
        private func destination(_ name: String, _ client: APIClient) async throws -> JSONValue? {
            var found: JSONValue?
            try await client.items(of: ["api", "destinations"], query: []) { item in
                if item["name"]?.text == name { found = item }
            }
            return found
        }
    }

    /// `deliveries replay`.
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes deliveries again, with the same id and body: the named ones, or all that match a filter.",
            discussion: """
                Without ids, at least one filter is needed. A filter leaves out what was delivered, unless --force is given, what was \
                cancelled, unless --status asks for it, and test events, unless --type does.
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
        @Option(parsing: .unconditional, help: "So many a second, at most.")
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
            if ids.isEmpty, !force, filters.status == "delivered" {
                throw CommandFailure(
                    .badData,
                    "--status delivered: give --force too, what was delivered is not sent again without it"
                )
            }
            let targets = ids.isEmpty ? try await matching(client) : ids
            let body = force ? JSONValue.object([("force", .bool(true))]).data : nil
            try await Wishes(
                client: client,
                action: "replay",
                done: "replayed",
                body: body,
                rate: rate,
                dryRun: dryRun,
                objection: ids.isEmpty ? nil : { objection(to: $0) },
                json: json
            )
            .carryOut(on: targets)
        }

        private func objection(to delivery: JSONValue) -> String? {
            guard delivery["status"]?.text == "delivered", !force else { return nil }
            return "was delivered; --force replays it all the same"
        }

        /// Ids of what the filter matches; delivered and cancelled ones and test events only when they were asked for.
        private func matching(_ client: APIClient) async throws -> [String] {
            var found: [String] = []
            try await client.items(of: ["api", "deliveries"], query: filters.query) { item in
                guard let id = item["id"]?.text, force || item["status"]?.text != "delivered",
                    filters.status != nil || item["status"]?.text != "cancelled",
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
