import ArgumentParser
import Foundation

/// `postback queues`: looks after the job queues.
struct QueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues",
        abstract: "Shows the job queues and their workers, stops and tidies them.",
        subcommands: [List.self, Pause.self, Resume.self, Clean.self],
        defaultSubcommand: List.self
    )

    /// `queues list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the queues, and the workers that are alive.")

        @OptionGroup var connection: ClientOptions
        @Flag(help: "Print JSON, one queue a line.")
        var json = false

        func run() async throws {
            let client = try connection.client()
            let queues = try await client.read(ListAnswer<JSONValue>.self, "GET", "/api/queues?limit=200").items
            guard !json else { return queues.forEach { StandardStream.output.write($0.line) } }
            QueueTable.lines(queues, within: StandardStream.output.width).forEach(StandardStream.output.write)
            // A system that is not well answers 503 with all that it knows: now it is wanted most.
            let health = try await client.read(JSONValue.self, "GET", "/api/jobs/health", accepting: [503])
            StandardStream.output.write("")
            if let trouble = QueueTable.trouble(health) { StandardStream.output.write(trouble + "\n") }
            WorkerTable.lines(health["workers"]?.elements ?? [], within: StandardStream.output.width)
                .forEach(StandardStream.output.write)
        }
    }

    /// `queues pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets no worker take from a queue. What runs goes on, and new jobs are taken in."
        )

        @Argument(help: "Name of the queue.")
        var name: String
        @OptionGroup var connection: ClientOptions

        func run() async throws {
            _ = try await connection.client().send("POST", try APIClient.path(["api", "queues", name, "pause"]))
            StandardStream.output.write("paused \(name)")
        }
    }

    /// `queues resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets workers take from a queue again.")

        @Argument(help: "Name of the queue.")
        var name: String
        @OptionGroup var connection: ClientOptions

        func run() async throws {
            _ = try await connection.client().send("POST", try APIClient.path(["api", "queues", name, "resume"]))
            StandardStream.output.write("resumed \(name)")
        }
    }

    /// `queues clean`.
    struct Clean: AsyncParsableCommand {
        /// What the API removes with one request, at most.
        private static let atOnce = 1000

        static let configuration = CommandConfiguration(
            abstract: "Removes ended jobs from Redis; the ledger's record of them stays."
        )

        @Argument(help: "Name of the queue.")
        var name: String
        @Option(help: "completed, failed or cancelled.")
        var status = "completed"
        @Option(help: "Ended so long ago, at least: 90s, 30m, 24h, 7d.")
        var olderThan = "1h"
        @Option(parsing: .unconditional, help: "So many at most, those that ended first; default: all.")
        var limit: Int?
        @OptionGroup var connection: ClientOptions

        func validate() throws {
            if let limit, limit < 1 { throw ValidationError("--limit: \(limit) is not 1 or more") }
        }

        func run() async throws {
            let client = try connection.client()
            let path = try APIClient.path(["api", "queues", name, "clean"])
            var total = 0
            // The API removes a bounded number at a time.
            while total < limit ?? .max {
                let some = min((limit ?? .max) - total, Self.atOnce)
                let body = JSONValue.object([
                    ("status", .string(status)), ("older_than", .string(olderThan)), ("limit", .number(Double(some))),
                ])
                let removed = try await client.read(JSONValue.self, "POST", path, body: body.data)["removed"]?.text
                guard let count = removed.flatMap({ Int($0) }), count > 0 else { break }
                total += count
            }
            StandardStream.output.write("removed \(total) \(status) jobs from Redis")
        }
    }
}
