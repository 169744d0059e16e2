internal import Foundation

/// Foundation's reading of JSON, against which the scanner is held. Where the two are known to differ it has no opinion.
///
/// Known differences, each with the scanner's side of it:
/// - Foundation detects UTF-16 and UTF-32; the scanner takes UTF-8 alone, as RFC 8259 section 8.1 asks.
/// - It drops U+FEFF as a byte order mark, also at the beginning of strings and behind escapes; here it is a character.
/// - It refuses halves of surrogate pairs in escapes, and numbers that no double holds; the grammar allows both, and the
///   scanner passes them on unread.
/// - It takes a comma behind the last member; the grammar does not.
/// - It reads 512 levels; the scanner 128.
struct ReferenceJSON {
    /// The members of the object, or `nil` if Foundation refuses the text or it is no object.
    let object: [String: Any]?
    /// Whether the scanner must agree on taking or refusing the text.
    let isComparable: Bool
    /// Whether a comma stands behind a last member or element, which the grammar has no place for.
    let hasCommaAtEnd: Bool

    init(_ bytes: [UInt8]) {
        object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
        let text = String(decoding: bytes, as: UTF8.self)
        let hasOtherEncoding =
            bytes.prefix(4).contains(0) || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
        hasCommaAtEnd = Self.hasCommaBeforeBracket(bytes)
        isComparable =
            !hasOtherEncoding && !hasCommaAtEnd && !text.unicodeScalars.contains("\u{FEFF}")
            && !Self.hasUnreadablePart(text)
            && Self.depth(bytes) <= 100
    }

    /// Escapes of surrogates, or an exponent or digits with which a double may overflow.
    private static func hasUnreadablePart(_ text: String) -> Bool {
        text.range(of: #"\\u[dD][89a-fA-F]|[0-9][eE]\+?[0-9]{3,}|[0-9]{200,}"#, options: .regularExpression) != nil
    }

    /// Whether outside of strings a closing bracket follows a comma.
    private static func hasCommaBeforeBracket(_ bytes: [UInt8]) -> Bool {
        var last: UInt8 = 0
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "\""):
                while let inner = rest.next(), inner != UInt8(ascii: "\"") {
                    if inner == UInt8(ascii: "\\") { _ = rest.next() }
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if last == UInt8(ascii: ",") { return true }
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                continue
            default: break
            }
            last = byte
        }
        return false
    }

    /// At least the depth of the text: brackets in strings count too.
    private static func depth(_ bytes: [UInt8]) -> Int {
        bytes.count { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
    }
}
