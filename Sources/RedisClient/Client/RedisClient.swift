package import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A Redis server as the application sees it: one shared connection for ordinary commands, made again whenever it is
/// lost, and connections of their own for those that block.
///
/// Nothing happens before ``run()`` does; calls made earlier wait for a connection as they do after a loss.
package final class RedisClient: RedisSender {
    typealias Waiter = CheckedContinuation<Result<RedisConnection, RedisError>, Never>
    typealias Machine = ClientStateMachine<RedisConnection, Waiter>

    package let endpoint: RedisEndpoint
    package let configuration: RedisClientConfiguration
    let logger: Logger
    private let machine = Mutex(Machine())
    private let watchers = Mutex(StateWatchers())

    package init(
        endpoint: RedisEndpoint,
        configuration: RedisClientConfiguration = RedisClientConfiguration(),
        logger: Logger
    ) {
        self.endpoint = endpoint
        self.configuration = configuration
        var logger = logger
        logger[metadataKey: LogKey.endpoint] = "\(endpoint)"
        self.logger = logger
    }

    /// How the client stands with its server now.
    package var state: RedisClientState { machine.withLock { $0.state } }

    /// The state now and each later one, until the client has stopped. A reader that falls behind misses the oldest.
    package func states() -> AsyncStream<RedisClientState> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RedisClientState.self,
            bufferingPolicy: .bufferingNewest(16)
        )
        let isOver = watchers.withLock { watchers in
            let current = state
            continuation.yield(current)
            if current != .stopped { watchers.add(continuation) }
            return current == .stopped
        }
        if isOver { continuation.finish() }
        return stream
    }

    /// Sends commands in one piece over the shared connection, and waits for all their replies.
    ///
    /// Without a connection it waits for one, at most ``RedisClientConfiguration/connectionWait``. Commands that block
    /// must not be sent here: they would hold up everyone else's.
    ///
    /// - Parameter timeout: For the replies, from the moment at which the commands are written.
    /// - Returns: One reply for each command, in order; a server's errors are values among them.
    /// - Throws: As ``RedisConnection/send(_:timeout:)``, and `notConnected`. Commands that may have been sent are
    ///   never sent again.
    package func send(
        _ commands: [RedisCommand],
        timeout: RedisTimeout = .standard
    ) async throws(RedisError) -> [RedisValue] {
        let deadline = ContinuousClock.now + configuration.connectionWait
        while true {
            let connection = try await sharedConnection(until: deadline)
            do {
                return try await connection.send(commands, timeout: timeout)
            } catch let error where error.code != .cancelled && !error.wasSent && error.isRetriable {
                // It ended between two commands, and nothing of this one left: the next connection may have it.
                lost(connection, error)
            }
        }
    }

    /// A new connection to the same server, for reads that block. The caller owns it, and makes another when it fails.
    package func makeDedicatedConnection() async throws(RedisError) -> RedisConnection {
        try await RedisConnection.connect(to: endpoint, configuration: configuration.connection)
    }

    /// Gives `body` a connection of its own, closed when `body` ends.
    package func withDedicatedConnection<Result>(
        _ body: (RedisConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await makeDedicatedConnection()
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}

// MARK: - Waiting for a connection

extension RedisClient {
    private func sharedConnection(until deadline: ContinuousClock.Instant) async throws(RedisError) -> RedisConnection {
        if let connection = machine.withLock({ $0.current }) { return connection }
        let id = machine.withLock { $0.makeWaiterID() }
        var timer: Scheduled<Void>?
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                switch machine.withLock({ $0.request(id, waiter) }) {
                case .use(let connection): waiter.resume(returning: .success(connection))
                case .fail(let error): waiter.resume(returning: .failure(error))
                case .wait:
                    timer = MultiThreadedEventLoopGroup.singleton.next()
                        .scheduleTask(in: TimeAmount(deadline - .now)) { [weak self] in self?.expire(id) }
                }
            }
        } onCancel: {
            let waiter = machine.withLock { $0.cancel(id) }
            waiter?.resume(returning: .failure(RedisError(.cancelled, "cancelled while waiting to connect")))
        }
        timer?.cancel()
        machine.withLock { $0.forget(id) }
        return try result.get()
    }

    private func expire(_ id: UInt64) {
        guard let (waiter, error) = machine.withLock({ $0.expire(id) }) else { return }
        waiter.resume(returning: .failure(error))
    }
}

// MARK: - What the run loop reports

extension RedisClient {
    /// - Returns: `false` if the client runs already, or has run.
    func start() -> Bool { machine.withLock { $0.start() } }

    func connected(_ connection: RedisConnection) {
        guard let waiters = machine.withLock({ $0.connected(connection) }) else { return connection.startClosing() }
        for waiter in waiters { waiter.resume(returning: .success(connection)) }
        tellWatchers()
        logger.info("Connected to Redis")
    }

    func lost(_ connection: RedisConnection, _ reason: RedisError) {
        guard machine.withLock({ $0.lost(connection, reason) }) else { return }
        tellWatchers()
        logger.warning("Lost the connection to Redis", metadata: LogKey.metadata(reason))
    }

    func failed(_ reason: RedisError) {
        guard machine.withLock({ $0.failed(reason) }) else { return }
        tellWatchers()
        logger.warning("Cannot connect to Redis, will keep trying", metadata: LogKey.metadata(reason))
    }

    /// The end was asked for: nothing after this is a loss.
    func stop() {
        let (waiters, connection) = machine.withLock { $0.stop() }
        for waiter in waiters {
            waiter.resume(returning: .failure(RedisError(.notConnected, "the client has stopped")))
        }
        connection?.startClosing()
    }

    /// The run loop has ended.
    func stopped() {
        tellWatchers()
        for watcher in watchers.withLock({ $0.removeAll() }) { watcher.finish() }
        logger.info("Stopped the Redis client")
    }

    /// The state is read under the watchers' lock, so that the last one told is the latest.
    private func tellWatchers() {
        watchers.withLock { $0.tell(state) }
    }
}
