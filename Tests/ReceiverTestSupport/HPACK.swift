/// Header fields of HTTP/2 in the plainest form of HPACK (RFC 7541): literals, not Huffman-coded.
package enum HPACK {
    /// The status, which has a name of its own in the static table.
    package static func status(_ code: Int) -> [UInt8] {
        [0x08] + text("\(code)")
    }

    /// A field that is not put into the dynamic table.
    package static func field(_ name: String, _ value: String) -> [UInt8] {
        [0x00] + text(name) + text(value)
    }

    /// A field that becomes the first of the dynamic table, where ``indexed`` finds it.
    package static func remembered(_ name: String, _ value: String) -> [UInt8] {
        [0x40] + text(name) + text(value)
    }

    /// The first field of the dynamic table again, in one byte.
    package static let indexed: [UInt8] = [0xBE]

    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        // A length beyond the prefix of 7 bits goes on in groups of 7 (section 5.1).
        var rest = bytes.count - 127
        var length: [UInt8] = [127]
        while rest >= 128 {
            length.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }
}
