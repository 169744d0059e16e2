/// The limits and the name of one connection.
package struct RedisConnectionConfiguration: Hashable, Sendable {
    /// For everything up to the first usable moment: name resolution, TCP, TLS, sign-in. Default 5 s.
    package var connectTimeout: Duration
    /// For the replies of an ordinary call. Default 5 s.
    package var commandTimeout: Duration
    /// What a blocking read may take beyond its own block time before the server counts as frozen. Default 3 s.
    package var blockingGrace: Duration
    /// The longest reply that is taken, in bytes on the wire; a longer one closes the connection. Default 64 MiB.
    package var maximumReplyBytes: Int
    /// Shown by `CLIENT LIST`. Characters that Redis refuses become `-`. `nil`: no name is set.
    package var clientName: String?

    package init(
        connectTimeout: Duration = .seconds(5),
        commandTimeout: Duration = .seconds(5),
        blockingGrace: Duration = .seconds(3),
        maximumReplyBytes: Int = 64 * 1024 * 1024,
        clientName: String? = nil
    ) {
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
        self.blockingGrace = blockingGrace
        self.maximumReplyBytes = maximumReplyBytes
        self.clientName = clientName
    }
}
