extension RedisStream {
    /// How many entries the stream has (`XLEN`); 0 if there is no stream.
    package func length() async throws(RedisError) -> Int {
        guard let length = try await redis.send(RedisCommand("XLEN", key)).integer else {
            throw .unexpectedReply(to: "XLEN")
        }
        return Int(length)
    }

    /// What the group has read and not acknowledged (`XPENDING`).
    package func pending(group: String) async throws(RedisError) -> RedisStreamPending {
        let reply = try await redis.send(RedisCommand("XPENDING", key, group))
        guard let pending = RedisStreamReplies.pending(reply) else { throw .unexpectedReply(to: "XPENDING") }
        return pending
    }

    /// The group's consumers (`XINFO CONSUMERS`).
    package func consumers(group: String) async throws(RedisError) -> [RedisStreamConsumer] {
        let reply = try await redis.send(RedisCommand("XINFO", "CONSUMERS", key, group))
        guard let consumers = RedisStreamReplies.consumers(reply) else { throw .unexpectedReply(to: "XINFO CONSUMERS") }
        return consumers
    }

    /// Deletes a consumer (`XGROUP DELCONSUMER`). What it has pending is lost to the group: claim that first.
    ///
    /// - Returns: How many pending entries it had.
    @discardableResult
    package func deleteConsumer(_ consumer: String, group: String) async throws(RedisError) -> Int {
        let reply = try await redis.send(RedisCommand("XGROUP", "DELCONSUMER", key, group, consumer))
        guard let count = reply.integer else { throw .unexpectedReply(to: "XGROUP DELCONSUMER") }
        return Int(count)
    }
}

extension RedisSender {
    /// The stream with this key, read and written through this.
    package func stream(_ key: String) -> RedisStream { RedisStream(key, on: self) }
}
