/// Which addresses a URL may lead to (contract section 2, "Addresses"). The decision is made on the address about to be
/// dialled, never on a name, so that no answer of the DNS can get round it.
package struct AddressPolicy: Hashable, Sendable {
    /// Where a URL came from.
    package enum Origin: Hashable, Sendable {
        /// It arrived with a job or an event: public unicast addresses only, and what the allow list names.
        case untrusted
        /// It stands in the operator's own file: also private and loopback addresses.
        case operatorConfigured
    }

    /// The answer for one address.
    package enum Verdict: Hashable, Sendable {
        /// It may be dialled.
        case allowed
        /// It may not, for this reason: one line that names the address.
        case refused(String)
    }

    /// What may be reached besides.
    package let allow: AllowList

    /// Makes a policy; without an argument, one that allows nothing besides.
    package init(allow: AllowList = .empty) {
        self.allow = allow
    }

    /// Judges one address.
    ///
    /// A host name on the allow list may have private and loopback addresses. Link-local and metadata addresses, and those
    /// that are good for nothing, take a network on the list: a name is not enough, because whoever answers for it could
    /// point it there.
    ///
    /// - Parameters:
    ///   - address: the address about to be dialled.
    ///   - host: the host of the URL, as ``DestinationURL/host`` has it.
    ///   - origin: where the URL came from.
    package func verdict(for address: IPAddress, host: String, origin: Origin) -> Verdict {
        if allow.names(address) { return .allowed }
        guard let embedded = EmbeddedAddresses(address) else {
            return verdict(native: address, host: host, origin: origin)
        }
        guard embedded.isDirect || origin == .operatorConfigured else {
            return .refused("\(address) is an IPv4 address hidden in IPv6, which a URL from outside may not use")
        }
        for inner in embedded.addresses where !allow.names(inner) {
            if case .refused(let reason) = verdict(native: inner, host: host, origin: origin) {
                return .refused("\(address) leads to another address: \(reason)")
            }
        }
        return .allowed
    }

    /// Judges an address that hides no other.
    private func verdict(native address: IPAddress, host: String, origin: Origin) -> Verdict {
        let kind = AddressKind(of: address)
        switch kind {
        case .global:
            return .allowed
        case .private, .loopback:
            if origin == .operatorConfigured || allow.names(host: host) { return .allowed }
            return .refused(
                "\(address) is \(kind.description), which a URL that came with an event may reach only if callbacks.allow names it"
            )
        case .linkLocal, .unusable:
            return .refused("\(address) is \(kind.description), which no network in callbacks.allow names")
        }
    }
}
