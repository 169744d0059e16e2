/// What commands can be sent through: a ``RedisClient`` or one ``RedisConnection``.
package protocol RedisSender: Sendable {
    /// Sends commands in one piece and waits for all their replies; a server's errors are values among them.
    func send(_ commands: [RedisCommand], timeout: RedisTimeout) async throws(RedisError) -> [RedisValue]
}

extension RedisSender {
    /// Sends commands in one piece, with the connection's own time limit.
    package func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        try await send(commands, timeout: .standard)
    }

    /// Sends one command.
    ///
    /// - Throws: `server` if the reply is an error, and what ``send(_:timeout:)`` throws.
    package func send(
        _ command: RedisCommand,
        timeout: RedisTimeout = .standard
    ) async throws(RedisError) -> RedisValue {
        let replies = try await send([command], timeout: timeout)
        guard let reply = replies.first else { throw .unexpectedReply(to: command) }
        return try reply.throwingServerError()
    }
}

extension RedisError {
    /// A reply of a shape that the command cannot have.
    static func unexpectedReply(to command: RedisCommand) -> RedisError {
        .unexpectedReply(to: command.name)
    }

    static func unexpectedReply(to commandName: String) -> RedisError {
        RedisError(.unexpectedReply, "the reply to \(commandName) is not understood", wasSent: true)
    }
}
