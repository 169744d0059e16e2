/// Where a Redis server is, and how to sign in to it.
package struct RedisEndpoint: Hashable, Sendable {
    /// How the server is reached.
    package enum Address: Hashable, Sendable {
        /// A host name or IP address (IPv6 without brackets), and a port.
        case tcp(host: String, port: Int)
        /// The path of a unix socket.
        case unix(path: String)
    }

    package var address: Address
    /// `nil`: no `AUTH` is sent.
    package var credentials: RedisCredentials?
    /// The number given to `SELECT`; 0 needs none.
    package var database: Int
    /// `nil`: no TLS. Only TCP connections use it.
    package var tls: RedisTLSOptions?

    package init(
        address: Address,
        credentials: RedisCredentials? = nil,
        database: Int = 0,
        tls: RedisTLSOptions? = nil
    ) {
        self.address = address
        self.credentials = credentials
        self.database = database
        self.tls = tls
    }
}

extension RedisEndpoint: CustomStringConvertible, CustomReflectable {
    /// The endpoint as a URL, with `***` for the password.
    package var description: String {
        let user = credentials.map { "\($0.username ?? ""):***@" } ?? ""
        switch address {
        case .tcp(let host, let port):
            let scheme = tls == nil ? "redis" : "rediss"
            let bracketed = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
            return "\(scheme)://\(user)\(bracketed):\(port)/\(database)"
        case .unix(let path):
            return "unix://\(user)\(path)?db=\(database)"
        }
    }

    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
