/// The id of a job: a UUID (RFC 9562), in lower case.
package struct JobID: Hashable, Sendable, CustomStringConvertible {
    /// 36 characters: hexadecimal digits and hyphens.
    package let text: String

    /// A new random id (version 4): nobody can guess another's.
    package init() {
        // From the system's generator. Foundation's own opens a file for each.
        var random = SystemRandomNumberGenerator()
        let high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        var digits: [UInt8] = []
        digits.reserveCapacity(Self.length)
        for half in [high, low] {
            for shift in stride(from: 60, through: 0, by: -4) {
                if Self.hyphens.contains(digits.count) { digits.append(UInt8(ascii: "-")) }
                digits.append(Self.digits[Int(half >> UInt64(shift) & 0xF)])
            }
        }
        text = String(decoding: digits, as: UTF8.self)
    }

    /// Reads an id in either case; `nil` if it is none.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length else { return nil }
        let isID = text.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                !Self.hyphens.contains(index)
            case UInt8(ascii: "-"): Self.hyphens.contains(index)
            default: false
            }
        }
        guard isID else { return nil }
        self.text = text.lowercased()
    }

    package var description: String { text }

    private static let length = 36
    private static let hyphens = [8, 13, 18, 23]
    private static let digits = Array("0123456789abcdef".utf8)
}
