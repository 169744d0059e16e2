import Deliveries

/// What may not be sent as a header field: whatever could end the field early, or speak about the message's framing.
enum RequestHeaderCheck {
    /// Fields that frame the message or belong to one connection: the sender's own business.
    private static let reserved = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te", "trailer",
        "upgrade",
        "expect",
    ]

    /// Why the fields cannot be sent, in one line without their values; `nil` if they can.
    static func refusal(of fields: [HeaderField]) -> String? {
        for field in fields {
            guard isToken(field.name) else { return "a header field's name is not a token (RFC 9110 section 5.6.2)" }
            guard isValue(field.value) else {
                return "header field \(field.name): the value contains a control character"
            }
            if reserved.contains(where: { field.isNamed($0) }) {
                return "header field \(field.name): is set by the sender"
            }
        }
        return nil
    }

    /// RFC 9110 section 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        let bytes = name.utf8Span.span
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "!"),
                UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "^"),
                UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
                continue
            default:
                return false
            }
        }
        return !bytes.isEmpty
    }

    /// RFC 9110 section 5.5: no control characters but the tab.
    private static func isValue(_ value: String) -> Bool {
        let bytes = value.utf8Span.span
        for index in bytes.indices where bytes[index] < 0x20 || bytes[index] == 0x7F {
            guard bytes[index] == UInt8(ascii: "\t") else { return false }
        }
        return true
    }
}

extension HeaderField {
    /// Whether this field has a name, whatever its case.
    ///
    /// - Parameter name: in lower case.
    func isNamed(_ name: String) -> Bool {
        guard self.name.utf8.count == name.utf8.count else { return false }
        let own = self.name.utf8Span.span
        let other = name.utf8Span.span
        for index in own.indices where own[index] != other[index] {
            guard (0x41...0x5A).contains(own[index]), own[index] | 0x20 == other[index] else { return false }
        }
        return true
    }
}
