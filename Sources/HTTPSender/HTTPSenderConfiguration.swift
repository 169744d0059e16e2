package import Deliveries

/// The limits of an ``HTTPSender``.
package struct HTTPSenderConfiguration: Sendable {
    /// Connections kept open between requests, at most.
    package var idleConnections: Int
    /// How long a connection may have been idle and still be used again, at least one second. Node, and so n8n, closes
    /// after 5 s: staying below keeps requests off connections that are being closed at that moment.
    package var idleLifetime: Duration
    /// Bytes of an answer's body that are kept (contract section 4).
    package var bodyKept: Int
    /// Bytes of an answer's body after which reading stops (contract section 4).
    package var bodyLimit: Int
    /// Bytes of an answer's header fields that are kept.
    package var headersKept: Int
    /// Bytes of header lines, those of interim answers included, after which an answer is given up.
    package var headersLimit: Int
    /// Names that are not asked of the DNS: what they resolve to, for hosts that are pinned.
    package var pinnedHosts: [PinnedHost]

    /// A host and port, and the addresses to dial for them.
    package struct PinnedHost: Hashable, Sendable {
        /// The host, as ``DestinationURL/host`` has it.
        package var host: String
        /// The port.
        package var port: UInt16
        /// What is dialled instead of asking. The address policy judges these too.
        package var addresses: [IPAddress]

        /// Pins a host.
        package init(host: String, port: UInt16, addresses: [IPAddress]) {
            self.host = host
            self.port = port
            self.addresses = addresses
        }
    }

    /// Makes a configuration; without arguments, the contract's limits.
    package init(
        idleConnections: Int = 256,
        idleLifetime: Duration = .seconds(4),
        bodyKept: Int = 4 << 10,
        bodyLimit: Int = 64 << 10,
        headersKept: Int = 16 << 10,
        headersLimit: Int = 64 << 10,
        pinnedHosts: [PinnedHost] = []
    ) {
        self.idleConnections = idleConnections
        self.idleLifetime = idleLifetime
        self.bodyKept = bodyKept
        self.bodyLimit = bodyLimit
        self.headersKept = headersKept
        self.headersLimit = headersLimit
        self.pinnedHosts = pinnedHosts
    }
}

/// Why a sender could not be started: the machine is out of something. Nothing was started.
package struct HTTPSenderError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed, in one line.
    package let description: String
}
