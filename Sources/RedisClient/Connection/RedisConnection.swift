internal import NIOCore

/// One connection to a Redis server. Any number of tasks may use it at once; their commands are pipelined, and a call's
/// commands are contiguous, so that `MULTI … EXEC` within one call is safe.
///
/// Commands whose replies do not match them one to one (`SUBSCRIBE`, `MONITOR`, `CLIENT REPLY`) must not be sent.
/// The connection closes when the last reference to it goes.
package final class RedisConnection: RedisSender {
    /// Where it leads.
    package let endpoint: RedisEndpoint
    let channel: any Channel
    private let handler: NIOLoopBound<RedisChannelHandler>

    init(endpoint: RedisEndpoint, channel: any Channel, handler: NIOLoopBound<RedisChannelHandler>) {
        self.endpoint = endpoint
        self.channel = channel
        self.handler = handler
    }

    deinit {
        channel.close(promise: nil)
    }

    /// Sends commands in one piece and waits for all their replies.
    ///
    /// - Parameter timeout: For all the replies together.
    /// - Returns: One reply for each command, in order; a server's errors are values among them.
    /// - Throws: `connectionLost`, `timedOut`, `cancelled` or `protocolViolation`. ``RedisError/wasSent`` tells
    ///   whether the server may have executed the commands. Nothing is ever sent twice.
    package func send(
        _ commands: [RedisCommand],
        timeout: RedisTimeout = .standard
    ) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        var buffer = channel.allocator.buffer(capacity: commands.reduce(0) { $0 + $1.encodedSizeEstimate })
        try CommandEncoder.encode(commands, into: &buffer)
        let bytes = buffer
        let ticket = SendTicket()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                channel.eventLoop.execute { [handler] in
                    handler.value.send(
                        bytes,
                        count: commands.count,
                        timeout: timeout,
                        ticket: ticket,
                        waiter: waiter
                    )
                }
            }
        } onCancel: { [channel, handler] in
            // Whichever comes first at the event loop, the batch or the cancellation: the ticket has the flag.
            ticket.cancel()
            channel.eventLoop.execute { handler.value.cancel(ticket) }
        }
        return try result.get()
    }

    /// Closes the connection; whoever waits for replies fails with `connectionLost`. Returns when it is closed.
    package func close() async {
        startClosing()
        // A TLS connection ends without the server's farewell, which NIO reports as an error.
        try? await channel.closeFuture.get()
    }

    /// Waits until the connection has ended, and returns why. Cancellation closes the connection.
    package func waitUntilClosed() async -> RedisError {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                channel.closeFuture.whenComplete { [handler] _ in
                    let reason = handler.value.failure
                    continuation.resume(returning: reason ?? RedisError(.connectionLost, "the connection is closed"))
                }
            }
        } onCancel: {
            startClosing()
        }
    }

    /// The same as ``close()``, without waiting for the end.
    func startClosing() {
        channel.eventLoop.execute { [handler] in
            handler.value.end(RedisError(.connectionLost, "closed by this side"))
        }
    }
}

extension RedisCommand {
    /// The size as RESP, rounded up.
    fileprivate var encodedSizeEstimate: Int { parts.byteCount + 16 * (parts.count + 1) }
}
