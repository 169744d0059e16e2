import ArgumentParser
import Foundation

/// `postback jobs`: looks after jobs.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Shows jobs, and cancels them or runs them again.",
        subcommands: [List.self, Show.self, Cancel.self, Retry.self]
    )

    /// `jobs list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists jobs, the newest first.")

        @Option(help: "scheduled, queued, processing, completed, failed or cancelled.")
        var status: String?
        @Option(help: "Name of the queue.")
        var queue: String?
        @Option(help: "Id of the product.")
        var product: String?
        @Option(help: "Submitted at this time or later: RFC 3339, or 30m, 24h, 7d ago.")
        var since: String?
        @Option(help: "Submitted before this time.")
        var until: String?
        @Option(help: "How many, at most.")
        var limit: Int = 50
        @OptionGroup var connection: ClientOptions
        @Flag(help: "Print JSON, one job a line.")
        var json = false

        func validate() throws {
            guard (1...100_000).contains(limit) else {
                throw ValidationError("--limit: \(limit) is not from 1 to 100000")
            }
        }

        func run() async throws {
            let client = try connection.client()
            var table = JobTable()
            var path: String? = APIClient.path(
                ["api", "jobs"],
                query: [
                    ("status", status), ("queue", queue), ("product_id", product), ("since", since), ("until", until),
                    ("limit", String(min(limit, 200))),
                ]
            )
            var left = limit
            while left > 0, let page = path {
                let answer = try await client.read(ListAnswer<JSONValue>.self, "GET", page)
                for item in answer.items.prefix(left) {
                    if json { StandardStream.output.write(item.line) } else { table.add(item) }
                }
                left -= answer.items.count
                path = answer.next
            }
            if !json { table.lines.forEach(StandardStream.output.write) }
        }
    }

    /// `jobs show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one job and its callback.")

        @Argument(help: "The job's id.")
        var id: String
        @OptionGroup var connection: ClientOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let data = try await connection.client().send("GET", APIClient.path(["api", "jobs", id]))
            guard !json else {
                // As it came: decoding and encoding would not give the result's own bytes.
                StandardStream.output.write(String(decoding: data, as: UTF8.self))
                return
            }
            guard let job = try? JSONDecoder().decode(JSONValue.self, from: data) else {
                throw CommandFailure(.failed, "the answer is not understood; is it another version?")
            }
            JobReport(job: job).lines.forEach(StandardStream.output.write)
        }
    }

    /// `jobs cancel`.
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancels jobs: those that wait at once, those that run as soon as their worker stops."
        )

        @Argument(help: "Ids of jobs.")
        var ids: [String]
        @OptionGroup var connection: ClientOptions
        @Flag(help: "Print JSON, one answer a line.")
        var json = false

        func run() async throws {
            try await Wishes(
                client: try connection.client(),
                kind: "jobs",
                action: "cancel",
                done: "cancelled",
                body: nil,
                rate: nil,
                json: json
            )
            .carryOut(on: ids)
        }
    }

    /// `jobs retry`.
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs failed or cancelled jobs again, with all their tries."
        )

        @Argument(help: "Ids of jobs.")
        var ids: [String]
        @OptionGroup var connection: ClientOptions
        @Flag(help: "Print JSON, one answer a line.")
        var json = false

        func run() async throws {
            try await Wishes(
                client: try connection.client(),
                kind: "jobs",
                action: "retry",
                done: "queued",
                body: nil,
                rate: nil,
                json: json
            )
            .carryOut(on: ids)
        }
    }
}
