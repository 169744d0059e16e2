/// `sender`: how requests leave. Its descriptions never show the proxy, which may hold a password.
package struct SenderSettings: Hashable, Sendable {
    /// `proxy`: `http://`, `https://`, `socks5://` or `socks5h://`; may be `env:NAME` or `file:PATH`. Default: none; the proxy
    /// variables of the environment are not read.
    package var proxy: String?
    /// `no_proxy`: hosts that are called without the proxy: names, `.domain`, networks, or `*`; at most 200. Default: none.
    package var noProxy: [String] = []
    /// `ca_file`: a PEM file of the authorities to trust. Default: the system's.
    package var caFile: String?
    /// `client_certificate`: a PEM file with the client's certificate chain, and its key if there is no `client_key`.
    package var clientCertificateFile: String?
    /// `client_key`: a PEM file with the client's key.
    package var clientKeyFile: String?
    /// `max_in_flight`: requests at once over all destinations, 1 to 10000. Default 1024.
    package var maxInFlight = 1024
}

extension SenderSettings: CustomStringConvertible, CustomReflectable {
    package var description: String {
        "proxy: \(proxy == nil ? "none" : "***"), max_in_flight: \(maxInFlight)"
    }
    package var customMirror: Mirror { Mirror(self, children: ["sender": description]) }
}
