import Deliveries

/// What may not be sent as a header field: whatever could end the field early, or speak about the message's framing.
enum RequestHeaderCheck {
    /// Fields that frame the message or belong to one connection: the sender's own business.
    private static let reserved = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade",
        "expect",
    ]

    /// Why the fields cannot be sent, in one line without their values; `nil` if they can.
    static func refusal(of fields: [HeaderField]) -> String? {
        for field in fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenByte) else {
                return "a header field's name is not a token (RFC 9110 section 5.6.2)"
            }
            guard field.value.utf8.allSatisfy(isValueByte) else {
                return "header field \(field.name): the value contains a control character"
            }
            if reserved.contains(where: { field.isNamed($0) }) {
                return "header field \(field.name): is set by the sender"
            }
        }
        return nil
    }

    /// RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "#"),
            UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    /// RFC 9110 section 5.5: no control characters but the tab.
    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t")
    }
}

extension HeaderField {
    /// Whether this field has a name, whatever its case.
    ///
    /// - Parameter name: in lower case.
    func isNamed(_ name: String) -> Bool {
        self.name.utf8.count == name.utf8.count
            && zip(self.name.utf8, name.utf8).allSatisfy { own, other in
                own == other || (own | 0x20 == other && (0x41...0x5A).contains(own))
            }
    }
}
