extension AddressPolicy {
    /// What is known to be wrong with where a URL leads, without a look-up: an address in place of a name, and the names that
    /// mean this machine (RFC 6761 section 6.3). What any other name resolves to is judged when it is dialled.
    ///
    /// - Returns: one line; `nil` when nothing is known.
    package func knownRefusal(of url: DestinationURL, origin: Origin) -> String? {
        let isLocalhost = url.host == "localhost" || url.host.hasSuffix(".localhost")
        guard let address = isLocalhost ? IPAddress("127.0.0.1") : IPAddress(url.host),
            case .refused(let reason) = verdict(for: address, host: url.host, origin: origin)
        else { return nil }
        return isLocalhost ? "\(url.host) means \(reason)" : reason
    }
}
