/// How a ``RedisClient`` connects and how long it lets callers wait.
package struct RedisClientConfiguration: Hashable, Sendable {
    /// For every connection the client makes.
    package var connection: RedisConnectionConfiguration
    /// How long a call waits for a connection to come up before it fails with `notConnected`. Default 5 s.
    package var connectionWait: Duration
    /// The first pause between attempts to connect. Default 50 ms.
    package var minimumBackoff: Duration
    /// The longest pause. Default ``Backoff/usualLimit``.
    package var maximumBackoff: Duration

    package init(
        connection: RedisConnectionConfiguration = RedisConnectionConfiguration(),
        connectionWait: Duration = .seconds(5),
        minimumBackoff: Duration = .milliseconds(50),
        maximumBackoff: Duration = Backoff.usualLimit
    ) {
        self.connection = connection
        self.connectionWait = connectionWait
        self.minimumBackoff = minimumBackoff
        self.maximumBackoff = maximumBackoff
    }
}
