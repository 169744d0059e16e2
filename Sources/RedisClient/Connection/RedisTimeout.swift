/// How long a call may wait for its replies, and what happens to the connection when it gives up.
package enum RedisTimeout: Hashable, Sendable {
    /// The connection's own limit (``RedisConnectionConfiguration/commandTimeout``). A server that exceeds it counts as
    /// frozen: the connection is closed.
    case standard
    /// A limit for this call. Below the connection's own limit, the replies are dropped when they come and the
    /// connection lives on; from there on it is closed.
    case after(Duration)
    /// For a command that the server may hold for the given time, such as `XREADGROUP … BLOCK`. The limit is that time
    /// and ``RedisConnectionConfiguration/blockingGrace``. Giving up, also by cancellation, closes the connection, as
    /// nothing else can take the command back: use a connection of its own.
    case blocking(Duration)
    /// No limit. Cancellation closes the connection.
    case unlimited
}
