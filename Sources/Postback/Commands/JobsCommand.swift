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

        @OptionGroup var filters: JobFilters
        @OptionGroup var connection: ClientOptions
        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.show(["api", "jobs"], filters, of: connection.client(), in: JobTable())
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
            let data = try await connection.client().send("GET", try APIClient.path(["api", "jobs", id]))
            guard !json else {
                // As it came: decoding and encoding would not give the result's own bytes.
                StandardStream.output.writeJSON(String(decoding: data, as: UTF8.self))
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
            abstract: "Cancels jobs: those that wait at once, those that run as soon as their worker stops.",
            discussion: "Give ids, or at least one filter. Jobs that have ended are left alone by filters."
        )

        @Argument(help: "Ids of jobs.")
        var ids: [String] = []
        @OptionGroup var filters: JobFilters
        @OptionGroup var connection: ClientOptions
        @Flag(help: "Say what would be cancelled, and do nothing.")
        var dryRun = false
        @Flag(help: "Print JSON, one answer a line.")
        var json = false

        func validate() throws {
            try filters.check(besides: ids)
        }

        func run() async throws {
            let client = try connection.client()
            guard !ids.isEmpty else {
                return try await JobCancellation(client: client, filters: filters, dryRun: dryRun, json: json)
                    .carryOut()
            }
            try await Wishes(
                client: client,
                kind: "jobs",
                action: "cancel",
                done: "cancelled",
                body: nil,
                rate: nil,
                dryRun: dryRun,
                objection: { job in
                    let status = job["status"]?.text ?? ""
                    return ["completed", "failed", "cancelled"].contains(status) ? "has ended as \(status)" : nil
                },
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
