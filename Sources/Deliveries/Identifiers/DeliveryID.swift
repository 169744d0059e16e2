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

    /// Reads the written form; `nil` for anything that ``description`` could not have produced.
    package init?(_ description: String) {
        let prefix = "dlv_"
        guard description.hasPrefix(prefix), let value = Base32.decode(description.dropFirst(prefix.count)) else {
            return nil
        }
        self.rawValue = value
    }

    package var description: String { "dlv_" + Base32.encode(rawValue) }

    package static func < (left: DeliveryID, right: DeliveryID) -> Bool { left.rawValue < right.rawValue }
}
