import ReceiverTestSupport
import RedisClient
import RedisTestSupport

/// Publishes as a worker should: an event whose publication was refused or not answered is published again, with the same id,
/// until Redis has answered.
actor Publisher {
    private let redis: RedisTestServer
    private let callback: String?
    private var connection: RedisConnection?
    private var next = 0
    /// What Redis has answered for.
    private(set) var published: [CrashEvent] = []
    /// Publications that were refused or not answered, and so repeated.
    let refusals = Milestones()

    /// - Parameter callback: a URL that one event in four carries, with one of three endings.
    init(redis: RedisTestServer, callback: String? = nil) {
        self.redis = redis
        self.callback = callback
    }

    /// Publishes so many new events, and returns when Redis has answered for each.
    func publish(_ count: Int) async throws {
        let numbers = next..<next + count
        try await publish(
            numbers.map { number in
                CrashEvent(number: number, callbackURL: number % 4 == 3 ? callback.map { "\($0)/\(number % 3)" } : nil)
            }
        )
    }

    /// Publishes these events, and returns when Redis has answered for each.
    func publish(_ events: [CrashEvent]) async throws {
        var waiting = events
        next = max(next, (events.map(\.number).max() ?? -1) + 1)
        while true {
            waiting = await publishOnce(waiting)
            guard !waiting.isEmpty else { return }
            refusals.add(waiting.count)
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Publishes in batches, never more than `window` events ahead of the receiver, until the task is cancelled. What it has begun to
    /// publish it publishes to the end: nobody could tell otherwise whether it arrived rightly.
    func keepPublishing(window: Int, to log: ArrivalLog) async {
        while !Task.isCancelled {
            guard (try? await log.waitForTaken(max(0, next - window), within: .seconds(120))) != nil else { return }
            await Task { try? await publish(1 + next % 16) }.value
        }
    }

    /// Sends all in one piece. - Returns: those that Redis did not take, or did not answer for.
    private func publishOnce(_ events: [CrashEvent]) async -> [CrashEvent] {
        do {
            let connection = try await connected()
            let stream = connection.stream("postback:events")
            let replies = try await connection.send(events.map { stream.addition(of: $0.fields) })
            let results = zip(events, replies)
            published += results.filter { $0.1.string != nil }.map(\.0)
            return results.filter { $0.1.string == nil }.map(\.0)
        } catch {
            connection = nil
            return events
        }
    }

    private func connected() async throws -> RedisConnection {
        if let connection { return connection }
        let made = try await RedisConnection.connect(to: RedisEndpoint(url: redis.url))
        connection = made
        return made
    }
}
