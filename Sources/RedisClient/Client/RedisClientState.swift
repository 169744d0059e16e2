/// How a ``RedisClient`` stands with its server.
package enum RedisClientState: Hashable, Sendable {
    /// No attempt has ended yet.
    case connecting
    case connected
    /// Attempts go on; the reason is the latest that differs from the one before.
    case disconnected(RedisError)
    /// ``RedisClient/run()`` has returned; there will be no connection any more.
    case stopped

    /// Whether ordinary commands can be expected to work.
    package var isConnected: Bool { self == .connected }
}
