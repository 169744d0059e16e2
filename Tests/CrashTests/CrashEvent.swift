import RedisClient

/// An event that a crash test publishes, and the bytes that its receiver must get.
struct CrashEvent: Hashable, Sendable {
    /// Its number, from 0.
    let number: Int
    /// Where it goes, when not where the route says.
    var callbackURL: String?
    /// The route it names.
    var route: String?

    /// The event's id, and `webhook-id`.
    var id: String { "event-\(number)" }

    /// What is put on the stream.
    var fields: [RedisStreamEntry.Field] {
        var fields = [
            RedisStreamEntry.Field("type", "job.\(status)"), RedisStreamEntry.Field("id", id),
            RedisStreamEntry.Field("job_id", "job-\(number)"), RedisStreamEntry.Field("timestamp", Self.timestamp),
            RedisStreamEntry.Field("data", "{\(data)}"),
        ]
        if let callbackURL { fields.append(RedisStreamEntry.Field("callback_url", callbackURL)) }
        if let route { fields.append(RedisStreamEntry.Field("route", route)) }
        return fields
    }

    /// The body, byte for byte, on every attempt.
    var body: String {
        #"{"event_id":"\#(id)","type":"job.\#(status)","timestamp":"\#(Self.timestamp)","#
            + #""job_id":"job-\#(number)","status":"\#(status)",\#(data)}"#
    }

    private static let timestamp = "2024-01-15T10:05:00Z"

    private var status: String { number % 5 == 4 ? "failed" : "completed" }

    /// Of very different lengths, so that bodies of one event are not those of another.
    private var data: String { #""n":\#(number),"filler":"\#(String(repeating: "x", count: number * 37 % 900))""# }
}
