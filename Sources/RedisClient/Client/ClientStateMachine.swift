/// What a client knows: the shared connection, who waits for one, and what to tell about it.
///
/// A pure value: events in, waiters to resume and changes worth telling out. Generic, so that tests need no sockets.
struct ClientStateMachine<Connection: AnyObject, Waiter> {
    /// The answer to a caller who asks for a connection.
    enum RequestAction {
        case use(Connection)
        case fail(RedisError)
        case wait
    }

    private(set) var state = RedisClientState.connecting
    private var connection: Connection?
    private var waiters: [UInt64: Waiter] = [:]
    /// Waits that were cancelled before they began.
    private var cancelledEarly: Set<UInt64> = []
    private var nextID: UInt64 = 0
    private(set) var isRunning = false

    /// The shared connection, if there is one that is not known to have ended.
    var current: Connection? { connection }

    /// - Returns: Whether the client may run; it runs once.
    mutating func start() -> Bool {
        guard !isRunning, state != .stopped else { return false }
        isRunning = true
        return true
    }

    mutating func makeWaiterID() -> UInt64 {
        nextID += 1
        return nextID
    }

    /// A caller asks for a connection, with an id from ``makeWaiterID()``.
    mutating func request(_ id: UInt64, _ waiter: Waiter) -> RequestAction {
        if let connection { return .use(connection) }
        if state == .stopped { return .fail(RedisError(.notConnected, "the client has stopped")) }
        if cancelledEarly.contains(id) { return .fail(RedisError(.cancelled, "cancelled while waiting to connect")) }
        waiters[id] = waiter
        return .wait
    }

    /// The time to wait is over for a caller who was told to.
    ///
    /// - Returns: The waiter and what it fails with, if it still waits.
    mutating func expire(_ id: UInt64) -> (Waiter, RedisError)? {
        guard let waiter = waiters.removeValue(forKey: id) else { return nil }
        return (waiter, notConnected)
    }

    /// A caller was cancelled.
    mutating func cancel(_ id: UInt64) -> Waiter? {
        guard let waiter = waiters.removeValue(forKey: id) else {
            cancelledEarly.insert(id)
            return nil
        }
        return waiter
    }

    /// A caller has its answer.
    mutating func forget(_ id: UInt64) { cancelledEarly.remove(id) }

    /// - Returns: Those who waited for this; `nil` if the client has stopped, and the connection is to be closed.
    mutating func connected(_ newConnection: Connection) -> [Waiter]? {
        guard state != .stopped else { return nil }
        connection = newConnection
        state = .connected
        defer { waiters = [:] }
        return Array(waiters.values)
    }

    /// The connection has ended, as its owner or one of its users found out.
    ///
    /// - Returns: Whether this is news.
    mutating func lost(_ lostConnection: Connection, _ reason: RedisError) -> Bool {
        guard connection === lostConnection else { return false }
        connection = nil
        state = .disconnected(reason)
        return true
    }

    /// An attempt to connect has failed.
    ///
    /// - Returns: Whether this is news: the first failure, or one of another kind than the last.
    mutating func failed(_ reason: RedisError) -> Bool {
        if case .disconnected(let last) = state, last.kind == reason.kind { return false }
        guard state != .stopped else { return false }
        state = .disconnected(reason)
        return true
    }

    /// - Returns: Those who wait in vain, and the connection to close.
    mutating func stop() -> (waiters: [Waiter], connection: Connection?) {
        defer {
            waiters = [:]
            connection = nil
            state = .stopped
        }
        return (Array(waiters.values), connection)
    }

    private var notConnected: RedisError {
        guard case .disconnected(let reason) = state else {
            return RedisError(.notConnected, "not connected yet")
        }
        return RedisError(.notConnected, "not connected: \(reason.message)", serverError: reason.serverError)
    }
}

extension RedisError {
    /// What makes two failures the same to a reader of the log.
    fileprivate var kind: [String] { [code.rawValue, serverError.map { String($0.code) } ?? ""] }
}
