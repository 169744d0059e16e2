/// What `callbacks.allow` names: hosts and networks that may be reached although they are not public (contract section 2).
package struct AllowList: Hashable, Sendable {
    /// Host names, lower-case and without a trailing dot.
    package let hosts: Set<String>
    /// Networks; an address alone is a network of full length.
    package let networks: [IPNetwork]

    /// A list that names nothing.
    package static let empty = AllowList(hosts: [], networks: [])

    private init(hosts: Set<String>, networks: [IPNetwork]) {
        self.hosts = hosts
        self.networks = networks
    }

    /// Reads the entries: host names as they stand in URLs (exact, no wildcards), addresses, networks.
    ///
    /// - Throws: ``AllowListError`` for the first entry that is none of these.
    package init(entries: [String]) throws(AllowListError) {
        var hosts: Set<String> = []
        var networks: [IPNetwork] = []
        for (index, entry) in entries.enumerated() {
            if entry.contains("/") || entry.contains(":") || URLHost.endsInNumber(entry) {
                guard let network = IPNetwork(entry) else {
                    throw AllowListError(
                        index: index,
                        reason: "is not a network such as 10.0.0.0/8 or fc00::/7 without bits behind the prefix"
                    )
                }
                networks.append(network)
            } else {
                guard let host = URLHost.name(entry) else {
                    throw AllowListError(index: index, reason: "is neither a host name nor a network")
                }
                hosts.insert(host)
            }
        }
        self.init(hosts: hosts, networks: networks)
    }

    /// Whether a network of the list contains the address.
    package func names(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// Whether the list names this host, as ``DestinationURL/host`` has it.
    package func names(host: String) -> Bool {
        !hosts.isEmpty && hosts.contains(host.hasSuffix(".") ? String(host.dropLast()) : host)
    }
}

/// An entry of an allow list that cannot be used. Nothing is allowed until it is mended.
package struct AllowListError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The position of the entry, from 0.
    package let index: Int
    /// What is wrong with it, to be put behind its name.
    package let reason: String

    package var description: String { "entry \(index + 1) \(reason)" }
}
