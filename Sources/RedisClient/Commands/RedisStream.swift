/// A stream by its key, and what is done with it. A thin layer: each call is one round trip.
package struct RedisStream: Sendable {
    package let key: String
    /// Through what the commands go.
    package let redis: any RedisSender

    package init(_ key: String, on redis: any RedisSender) {
        self.key = key
        self.redis = redis
    }

    /// Adds an entry (`XADD`).
    ///
    /// - Parameter maximumLength: Trims the stream to about this many entries, the oldest first; `nil` never trims.
    /// - Returns: The new entry's id.
    package func add(_ fields: [RedisStreamEntry.Field], maximumLength: Int? = nil) async throws(RedisError) -> String {
        let command = addition(of: fields, maximumLength: maximumLength)
        guard let id = try await redis.send(command).string else { throw .unexpectedReply(to: command) }
        return id
    }

    /// The command of ``add(_:maximumLength:)``, for those who send many in one piece.
    package func addition(of fields: [RedisStreamEntry.Field], maximumLength: Int? = nil) -> RedisCommand {
        var command = RedisCommand("XADD", key)
        if let maximumLength {
            command.append("MAXLEN")
            command.append("~")
            command.append(maximumLength)
        }
        command.append("*")
        for field in fields {
            command.append(field.name)
            command.append(field.value)
        }
        return command
    }

    /// Makes a consumer group, and the stream if there is none, from the stream's beginning
    /// (`XGROUP CREATE … 0 MKSTREAM`): never from `$`, which would skip what is already there.
    ///
    /// - Returns: Whether it was made now; `false` if it was there.
    @discardableResult
    package func createGroup(_ group: String) async throws(RedisError) -> Bool {
        do {
            _ = try await redis.send(RedisCommand("XGROUP", "CREATE", key, group, "0", "MKSTREAM"))
            return true
        } catch let error where error.serverError?.code == "BUSYGROUP" {
            return false
        }
    }

    /// Which entries a read returns.
    package enum ReadFrom: Hashable, Sendable {
        /// Entries that no consumer of the group has got yet; they become pending.
        case new
        /// This consumer's own pending entries after an id; `0` is all of them.
        case pending(after: String)
    }

    /// Reads entries for a consumer (`XREADGROUP`).
    ///
    /// - Parameters:
    ///   - count: The most entries to return.
    ///   - block: How long the server may hold the command when nothing is there; it is rounded up to a millisecond.
    ///     `nil` answers at once. A blocking read needs a connection of its own
    ///     (``RedisClient/withDedicatedConnection(_:)``); ending it early closes that connection.
    /// - Returns: The entries, none if the time ran out.
    /// - Throws: ``RedisError/isMissingGroup`` is true if the group or the stream is not there.
    package func readGroup(
        _ group: String,
        consumer: String,
        count: Int,
        block: Duration? = nil,
        from: ReadFrom = .new
    ) async throws(RedisError) -> [RedisStreamEntry] {
        var command = RedisCommand("XREADGROUP", "GROUP", group, consumer, "COUNT")
        command.append(count)
        if let block {
            command.append("BLOCK")
            // 0 would mean for ever.
            command.append(max(block.milliseconds, 1))
        }
        command.append("STREAMS")
        command.append(key)
        switch from {
        case .new: command.append(">")
        case .pending(let id): command.append(id)
        }
        let reply = try await redis.send(command, timeout: block.map { .blocking($0) } ?? .standard)
        guard let entries = RedisStreamReplies.read(reply) else { throw .unexpectedReply(to: command) }
        return entries
    }

    /// Takes over entries that some consumer has left pending for too long (`XAUTOCLAIM`).
    ///
    /// - Parameters:
    ///   - minimumIdle: How long an entry must have been left alone.
    ///   - start: `0-0`, or ``RedisStreamClaim/next`` of the call before.
    package func claim(
        group: String,
        consumer: String,
        minimumIdle: Duration,
        from start: String = "0-0",
        count: Int
    ) async throws(RedisError) -> RedisStreamClaim {
        var command = RedisCommand("XAUTOCLAIM", key, group, consumer)
        command.append(minimumIdle.milliseconds)
        command.append(start)
        command.append("COUNT")
        command.append(count)
        guard let claim = RedisStreamReplies.claim(try await redis.send(command)) else {
            throw .unexpectedReply(to: command)
        }
        return claim
    }

    /// Deletes entries and acknowledges them (`XDEL`, then `XACK`, in one piece).
    ///
    /// In this order, because one that was acknowledged and not deleted would stay in the stream for ever, while one that was deleted and
    /// not acknowledged is still pending and is met again as ``RedisStreamEntry/isDeleted``. And not in a `MULTI`: a server that is
    /// out of memory refuses to queue commands, even those that make room.
    ///
    /// - Returns: How many were pending, and how many were still in the stream.
    @discardableResult
    package func acknowledgeAndDelete(
        _ ids: [String],
        group: String
    ) async throws(RedisError) -> (acknowledged: Int, deleted: Int) {
        guard !ids.isEmpty else { return (0, 0) }
        var delete = RedisCommand("XDEL", key)
        var acknowledge = RedisCommand("XACK", key, group)
        delete.reserve(arguments: ids.count, bytes: ids.count * 18)
        acknowledge.reserve(arguments: ids.count, bytes: ids.count * 18)
        for id in ids {
            delete.append(id)
            acknowledge.append(id)
        }
        let replies = try await redis.send([delete, acknowledge])
        guard replies.count == 2, let deleted = try replies[0].throwingServerError().integer else {
            throw .unexpectedReply(to: delete)
        }
        guard let acknowledged = try replies[1].throwingServerError().integer else {
            throw .unexpectedReply(to: acknowledge)
        }
        return (Int(acknowledged), Int(deleted))
    }
}

extension Duration {
    /// Whole milliseconds, rounded up; from 0 to about 300,000 years.
    fileprivate var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let rest = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return max(min(seconds, 10_000_000_000_000) * 1000 + rest, 0)
    }
}
