/// Identifies one delivery; ids sort by the time they were made.
///
/// Held as one positive 64-bit number, so that the ledger can use it as its row id. Written as `dlv_` and thirteen
/// characters of Crockford's base 32, which sort as the numbers do.
package struct DeliveryID: Hashable, Comparable, Sendable, CustomStringConvertible, LosslessStringConvertible {
    /// 41 bits of milliseconds since 2024-01-01T00:00:00Z, then 22 bits that tell ids of one millisecond apart.
    package let rawValue: Int64

    /// Takes a number that an ``DeliveryIDGenerator`` made, from the ledger.
    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The id of the delivery of a stream entry, the same whenever the entry is read: an event that is sent, and read again because
    /// the process died before that was on record, keeps its delivery.
    ///
    /// `nil` for an entry id that leaves no room for it: one that Redis did not make from its clock, or after more than 2,048 in a
    /// millisecond. Of ids that Redis gives twice, after it was wiped, the ledger knows the first.
    package init?(entryID: String) {
        guard let dash = entryID.utf8.firstIndex(of: UInt8(ascii: "-")), let time = Int64(entryID[..<dash]),
            let sequence = Int64(entryID[entryID.utf8.index(after: dash)...])
        else { return nil }
        let elapsed = Timestamp(milliseconds: time).milliseconds(since: DeliveryIDGenerator.epoch)
        guard 0..<1 << 41 ~= elapsed, 0..<1 << DeliveryIDGenerator.sequenceBits ~= sequence else { return nil }
        self.init(elapsed: elapsed, isMade: false, sequence: sequence, node: 0)
    }

    init(elapsed: Int64, isMade: Bool, sequence: Int64, node: Int64) {
        let (nodeBits, sequenceBits) = (DeliveryIDGenerator.nodeBits, DeliveryIDGenerator.sequenceBits)
        let kind: Int64 = isMade ? 1 << (nodeBits + sequenceBits) : 0
        rawValue = elapsed << (nodeBits + sequenceBits + 1) | kind | sequence << nodeBits | node
    }

    /// Reads the written form; `nil` for anything that ``description`` could not have produced.
    package init?(_ description: String) {
        guard description.hasPrefix(Self.prefix),
            let value = Base32.decode(description.dropFirst(Self.prefix.utf8.count))
        else { return nil }
        self.rawValue = value
    }

    package var description: String { Base32.encode(rawValue, after: Self.prefix) }

    private static let prefix = "dlv_"

    package static func < (left: DeliveryID, right: DeliveryID) -> Bool { left.rawValue < right.rawValue }
}
