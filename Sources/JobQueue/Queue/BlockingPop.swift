internal import Deliveries
internal import RedisClient

/// Waits for an element of some lists, over a connection of its own.
actor BlockingPop {
    private let redis: RedisClient
    private var connection: RedisConnection?

    init(redis: RedisClient) {
        self.redis = redis
    }

    /// Waits until one of the lists has an element, and takes it. Cancelling the task ends the connection, and what the server took
    /// off a list at that moment is lost: an element must be no more than a hint.
    ///
    /// - Returns: The list's key; `nil` when the time is over.
    func wait(for keys: [String], atMost limit: Duration) async throws(RedisError) -> String? {
        var command = RedisCommand("BLPOP")
        for key in keys { command.append(key) }
        // Seconds with a fraction; 0 would mean for ever.
        let milliseconds = max(limit.wholeMilliseconds, 10)
        command.append("\(milliseconds / 1000).\(String(1000 + milliseconds % 1000).dropFirst())")
        do {
            let reply = try await connected().send(command, timeout: .blocking(limit))
            return reply.array?.first?.string
        } catch {
            connection = nil
            throw error
        }
    }

    func close() async {
        await connection?.close()
        connection = nil
    }

    private func connected() async throws(RedisError) -> RedisConnection {
        if let connection { return connection }
        let made = try await redis.makeDedicatedConnection()
        connection = made
        return made
    }
}
