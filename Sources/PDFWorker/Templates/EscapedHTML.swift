import Mustache

/// Text of data as HTML shows it, in text and in quoted attributes.
///
/// The library's own way looks at whole characters as Swift counts them, and passes over a `<` or a quote that forms one with its neighbour,
/// such as U+0600 before it or U+0301 behind it. An HTML parser knows of no such thing.
struct EscapedHTML: MustacheContentType {
    /// What templates begin with to have their data escaped so.
    static let pragma: String = {
        let name = "POSTBACK_HTML"
        MustacheContentTypes.register(EscapedHTML(), named: name)
        return "{{% CONTENT_TYPE: \(name)}}"
    }()

    func escapeText(_ text: String) -> String {
        guard text.utf8.contains(where: { Self.entity($0) != nil }) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 32)
        for byte in text.utf8 {
            if let entity = Self.entity(byte) {
                entity.withUTF8Buffer { bytes.append(contentsOf: $0) }
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func entity(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
