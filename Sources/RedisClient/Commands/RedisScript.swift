internal import Synchronization

/// A Lua script, run by its digest. The digest is the server's own answer to `SCRIPT LOAD`; it depends on the text
/// alone, so one value serves any number of servers.
package final class RedisScript: Sendable {
    /// The Lua text.
    package let source: String
    private let digest = Mutex<String?>(nil)

    package init(_ source: String) {
        self.source = source
    }

    fileprivate var knownDigest: String? { digest.withLock { $0 } }

    fileprivate func remember(_ newDigest: String) { digest.withLock { $0 = newDigest } }
}

extension RedisSender {
    /// Runs a script. The server gets its text once, and again if it has lost it (restart, `SCRIPT FLUSH`).
    ///
    /// - Returns: The script's result. A script that returns an error table throws `server`.
    package func run(
        _ script: RedisScript,
        keys: [String] = [],
        arguments: RedisArguments = RedisArguments(),
        timeout: RedisTimeout = .standard
    ) async throws(RedisError) -> RedisValue {
        guard let digest = script.knownDigest else {
            let digest = try await load(script, timeout)
            return try await send(evaluation(digest, keys, arguments), timeout: timeout)
        }
        let evaluation = evaluation(digest, keys, arguments)
        let reply = try await send([evaluation], timeout: timeout)
        guard reply.first?.error?.code == "NOSCRIPT" else {
            guard let value = reply.first else { throw .unexpectedReply(to: evaluation) }
            return try value.throwingServerError()
        }
        // Nothing was executed. In one piece, so that nobody can flush the scripts in between.
        let replies = try await send([RedisCommand("SCRIPT", "LOAD", script.source), evaluation], timeout: timeout)
        guard replies.count == 2 else { throw .unexpectedReply(to: evaluation) }
        _ = try replies[0].throwingServerError()
        return try replies[1].throwingServerError()
    }

    private func load(_ script: RedisScript, _ timeout: RedisTimeout) async throws(RedisError) -> String {
        let reply = try await send(RedisCommand("SCRIPT", "LOAD", script.source), timeout: timeout)
        guard let digest = reply.string, digest.utf8.count == 40 else { throw .unexpectedReply(to: "SCRIPT LOAD") }
        script.remember(digest)
        return digest
    }

    private func evaluation(_ digest: String, _ keys: [String], _ arguments: RedisArguments) -> RedisCommand {
        var command = RedisCommand("EVALSHA", digest)
        command.append(keys.count)
        for key in keys { command.append(key) }
        command.append(contentsOf: arguments)
        return command
    }
}
