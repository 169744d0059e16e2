import ArgumentParser
import Deliveries
import Foundation
import Logging
import RedisClient

/// `postback publish`: puts one event on the stream.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Puts one event on the stream, as a worker would.",
        discussion: "Prints the event's id. Redis is REDIS_URL, else the one of the `up` on this machine."
    )

    @Option(help: "Type of the event, such as job.completed or job.failed.")
    var type: String
    @Option(help: "The event's data, a JSON object; standard input when left out.")
    var data: String?
    @Option(help: "The event's id, the idempotency key; made from the stream entry's id when left out.")
    var id: String?
    @Option(help: "Id of the job.")
    var jobID: String?
    @Option(help: "Id of the product, for routing.")
    var productID: String?
    @Option(help: "Name of the queue, for routing.")
    var queue: String?
    @Option(help: "Name of the tenant, for routing.")
    var tenant: String?
    @Option(help: "When it happened (RFC 3339); now when left out.")
    var timestamp: String?
    @Option(help: "Where the event goes.")
    var callbackURL: String?
    @Option(help: "Where a failure goes.")
    var failureURL: String?
    @Option(help: "Name of the route it goes to.")
    var route: String?
    @Option(help: "W3C trace context, sent on.")
    var traceparent: String?
    @Option(help: "Key of the stream (POSTBACK_EVENTS_STREAM; default postback:events).")
    var stream: String?
    @Option(
        name: .customLong("data-dir"),
        help: "Data directory of the `up` on this machine (POSTBACK_DATA; default ./postback-data)."
    )
    var dataDirectory: String?

    func run() async throws {
        let fields = try fields()
        do {
            // What the relay would quarantine is better refused here, where somebody is looking.
            try EventCheck(routing: nil).check(fields)
        } catch {
            throw CommandFailure(.badData, "\(error)")
        }
        let endpoint = try endpoint()
        let client = RedisClient(
            endpoint: endpoint,
            configuration: RedisClientConfiguration(),
            logger: Logger(label: "postback.publish") { _ in SwiftLogNoOpLogHandler() }
        )
        let key = CommonOptions.value(stream, "POSTBACK_EVENTS_STREAM") ?? "postback:events"
        let entry: String
        do {
            entry = try await client.withDedicatedConnection { connection in
                try await connection.stream(key).add(
                    fields.map { RedisStreamEntry.Field(name: $0.name, value: $0.value) }
                )
            }
        } catch {
            throw CommandFailure(.unavailable, "cannot publish to \(endpoint): \(error)")
        }
        StandardStream.output.write(id.flatMap { $0.isEmpty ? nil : $0 } ?? "evt_\(entry)")
    }

    private func fields() throws -> [EventField] {
        let payload = data.map { Array($0.utf8) } ?? Array(FileHandle.standardInput.readDataToEndOfFile())
        var fields = [EventField("type", type), EventField(name: Array("data".utf8), value: payload)]
        for (name, value) in [
            ("id", id), ("job_id", jobID), ("product_id", productID), ("queue", queue), ("tenant", tenant),
            ("timestamp", timestamp), ("callback_url", callbackURL), ("failure_url", failureURL), ("route", route),
            ("traceparent", traceparent),
        ] {
            if let value { fields.append(EventField(name, value)) }
        }
        return fields
    }

    private func endpoint() throws -> RedisEndpoint {
        let directory = DataDirectory(path: CommonOptions.value(dataDirectory, "POSTBACK_DATA") ?? "./postback-data")
        // The same order as the servers'.
        let given = CommonOptions.value(nil, "POSTBACK_REDIS_URL") ?? CommonOptions.value(nil, "REDIS_URL")
        guard let url = given ?? directory.read(.redisURL) else {
            throw CommandFailure(
                .unavailable,
                "no Redis is known: set REDIS_URL, or give --data-dir of the `up` on this machine"
            )
        }
        do {
            return try RedisEndpoint(url: url)
        } catch {
            throw CommandFailure(.badConfiguration, "REDIS_URL: \(error.message)")
        }
    }
}
