/// Names the consumers of the group: one for each process, and told by their beginning whose ledger they worked for.
package struct ConsumerName: Hashable, Sendable {
    /// What the names of all processes that ever owned this ledger begin with.
    package let prefix: String
    /// This process' name.
    package let full: String

    /// - Parameters:
    ///   - ledger: what identifies the ledger for ever, wherever it is moved to.
    ///   - process: what tells this process from every other that owned it.
    package init(ledger: String, process: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in ledger.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        prefix = "relay-\(String(hash, radix: 36))-"
        full = prefix + process
    }

    /// Whether a consumer was an earlier owner of the same ledger. Only one process owns a ledger, so it is gone.
    package func isPredecessor(_ name: String) -> Bool {
        name.hasPrefix(prefix) && name != full
    }
}
