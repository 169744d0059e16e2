/// The bytes of one valid JSON object, with the places of its members: enough to pass its members on without decoding
/// them, so that numbers, escapes and order reach the receiver as they were published.
package struct JSONObjectBytes: Hashable, Sendable {
    /// One member of the object, as ranges of ``JSONObjectBytes/bytes``.
    package struct Member: Hashable, Sendable {
        /// The name without its quotes, still escaped.
        package var name: Range<Int>
        /// The name with its quotes, the colon and the value.
        package var whole: Range<Int>
    }

    /// The object, without white space around it.
    package let bytes: [UInt8]
    /// Its members, in order; names may repeat.
    package let members: [Member]

    /// `{}`.
    package static let empty = JSONObjectBytes()

    private init() {
        bytes = Array("{}".utf8)
        members = []
    }

    /// Checks that `bytes` are one JSON object (RFC 8259) in UTF-8, nested at most 128 deep.
    ///
    /// - Parameter depth: another limit, for what holds such an object.
    package init(_ bytes: [UInt8], depth: Int = 128) throws(JSONScanError) {
        var scanner = JSONScanner(depthLimit: depth)
        let object = try scanner.scanObject(bytes.span)
        if object.lowerBound == 0, object.upperBound == bytes.count {
            self.bytes = bytes
            self.members = scanner.members
        } else {
            let start = object.lowerBound
            self.bytes = Array(bytes[object])
            self.members = scanner.members.map {
                Member(
                    name: $0.name.lowerBound - start..<$0.name.upperBound - start,
                    whole: $0.whole.lowerBound - start..<$0.whole.upperBound - start
                )
            }
        }
    }

    /// Whether the member is called `name`, whichever way its name is escaped.
    package func isNamed(_ member: Member, _ name: StaticString) -> Bool {
        let written = bytes[member.name]
        if !written.contains(UInt8(ascii: "\\")) {
            return name.withUTF8Buffer { written.elementsEqual($0) }
        }
        return name.withUTF8Buffer { JSONScanner.unescaped(written).elementsEqual($0) }
    }
}
