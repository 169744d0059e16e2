/// `redis`: the server that events are read from. Its descriptions never show the URL, which may hold a password.
package struct RedisSettings: Hashable, Sendable {
    /// `url`, also `REDIS_URL`: `redis://`, `rediss://` (TLS) or `unix://`; may be `env:NAME` or `file:PATH`. Default `nil`: `up`
    /// starts a server of its own.
    package var url: String?
    /// `ca_file`: a PEM file of the authorities to trust. Default: the system's.
    package var caFile: String?
    /// `client_certificate`: a PEM file with the client's certificate chain; goes with `client_key`.
    package var clientCertificateFile: String?
    /// `client_key`: a PEM file with the client's key.
    package var clientKeyFile: String?
    /// `server_name`: the name to expect in the server's certificate. Default: the host of the URL.
    package var serverName: String?
}

extension RedisSettings: CustomStringConvertible, CustomReflectable {
    package var description: String { url == nil ? "no url" : "url: ***" }
    package var customMirror: Mirror { Mirror(self, children: ["redis": description]) }
}
