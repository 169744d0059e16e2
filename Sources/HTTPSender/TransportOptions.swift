package import Deliveries

/// How connections are made: proxy and TLS. Requests with equal options share connections.
package struct TransportOptions: Hashable, Sendable {
    /// The proxy, `http://host:port`, `https://…` or `socks5h://…`; `nil`: none. The proxy variables of the environment are
    /// never read.
    ///
    /// A proxy dials on its own, so that only a literal address in the URL can be judged by the ``AddressPolicy``: what
    /// names resolve to is the proxy's business then.
    package var proxy: String?
    /// Hosts that are called without the proxy: exact names, `.domain` for all names below a domain, networks, or `*`.
    package var withoutProxy: [String]
    /// A PEM file of the authorities to trust; `nil`: the system's.
    package var authoritiesFile: String?
    /// A PEM file with the client's certificate chain, and its key if ``clientKeyFile`` is `nil`.
    package var clientCertificateFile: String?
    /// A PEM file with the client's key.
    package var clientKeyFile: String?

    /// No proxy, the system's authorities, no client certificate.
    package static let standard = TransportOptions()

    /// Makes options; what is left out is as in ``standard``.
    package init(
        proxy: String? = nil,
        withoutProxy: [String] = [],
        authoritiesFile: String? = nil,
        clientCertificateFile: String? = nil,
        clientKeyFile: String? = nil
    ) {
        self.proxy = proxy
        self.withoutProxy = withoutProxy
        self.authoritiesFile = authoritiesFile
        self.clientCertificateFile = clientCertificateFile
        self.clientKeyFile = clientKeyFile
    }

    /// The same without what tells a receiver who the operator is: for URLs that others chose.
    package var anonymous: TransportOptions {
        var options = self
        (options.clientCertificateFile, options.clientKeyFile) = (nil, nil)
        return options
    }

    /// The proxy a URL is called through, if any.
    package func proxy(for url: DestinationURL) -> String? {
        guard let proxy, !withoutProxy.contains(where: { Self.matches(url.host, entry: $0) }) else { return nil }
        return proxy
    }

    private static func matches(_ host: String, entry: String) -> Bool {
        if entry == "*" { return true }
        if entry.hasPrefix(".") { return host.hasSuffix(entry.lowercased()) }
        if let network = IPNetwork(entry), let address = IPAddress(host) { return network.contains(address) }
        return host == entry.lowercased()
    }
}
