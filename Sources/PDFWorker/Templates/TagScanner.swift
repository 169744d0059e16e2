/// Finds the tags of a template, and where in the HTML each of them stands.
struct TagScanner {
    private enum State: Equatable {
        case text
        /// Between `<` and `>`, outside of values.
        case tag
        /// Behind `=`, before the value.
        case beforeValue
        case quoted(UInt8)
        case unquotedValue
        case comment
    }

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var state = State.text
    /// The element whose raw text is being read.
    private var rawElement: String?
    /// The attribute whose value is being read, and whether the template itself has written something of it.
    private var attribute = ""
    private var valueHasText = false

    /// Attributes whose values a reader follows. What is fetched, such as images, is the renderer's to refuse.
    private static let addresses: Set<String> = ["href", "xlink:href", "action", "formaction"]

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Whether what was read ends where it began: outside of tags, comments, `<style>` and `<script>`.
    var isInText: Bool { state == .text && rawElement == nil }

    /// All tags, in order.
    mutating func tags() throws(ProductProblem) -> [TemplateTag] {
        var tags: [TemplateTag] = []
        while index < bytes.count {
            if startsWith("{{") {
                tags.append(try readTag())
            } else {
                step()
            }
        }
        return tags
    }

    private mutating func readTag() throws(ProductProblem) -> TemplateTag {
        let start = index
        let startLine = line
        if start > 0, bytes[start - 1] == UInt8(ascii: "<") {
            throw ProductProblem("line \(startLine): an element of HTML must be named in the template, not by a tag")
        }
        index += 2
        let sign = index < bytes.count ? bytes[index] : 0
        let closing = sign == UInt8(ascii: "{") ? "}}}" : "}}"
        while index < bytes.count, !startsWith(closing) { advance() }
        guard index < bytes.count else { throw ProductProblem("line \(startLine): a tag does not end") }
        let inner = String(decoding: bytes[start + 2..<index], as: UTF8.self)
        index += closing.utf8.count
        let role: TemplateTag.Role
        switch sign {
        case UInt8(ascii: "#"): role = .section
        case UInt8(ascii: "^"): role = .inverted
        case UInt8(ascii: "/"): role = .end
        case UInt8(ascii: "!"): role = .comment
        case UInt8(ascii: ">"): role = .partial
        case UInt8(ascii: "{"), UInt8(ascii: "&"): role = .unescaped
        case UInt8(ascii: "="), UInt8(ascii: "%"), UInt8(ascii: "<"), UInt8(ascii: "$"):
            let shown = String(decoding: [sign], as: UTF8.self)
            throw ProductProblem(
                "line \(startLine): {{\(shown) is not allowed; templates have variables, sections, partials and comments"
            )
        default: role = .variable
        }
        let name = (role == .variable ? inner[...] : inner.dropFirst()).trimmingSpaces
        if role == .partial, name.hasPrefix("*") {
            throw ProductProblem("line \(startLine): a partial must be named in the template, not by data")
        }
        if state == .beforeValue { state = .unquotedValue }
        return TemplateTag(role: role, name: name, place: place, line: startLine, range: start..<index)
    }

    private var place: TemplateTag.Place {
        if let rawElement, state == .text { return .raw(rawElement) }
        switch state {
        case .quoted where attribute == "style": return .style
        case .quoted where Self.addresses.contains(attribute) && !valueHasText: return .address
        case .text, .quoted, .comment: return .protected
        case .tag, .beforeValue, .unquotedValue: return .unquoted
        }
    }

    /// What stands before the name of an attribute if no space does.
    private static let delimiters: Set<UInt8> = [
        UInt8(ascii: "<"), UInt8(ascii: "/"), UInt8(ascii: "\""), UInt8(ascii: "'"),
    ]

    /// The name that ends before a place, in lower case.
    private func nameBefore(_ end: Int) -> String {
        let head = bytes[..<end]
        let trimmed = head[..<((head.lastIndex { !isSpace($0) } ?? -1) + 1)]
        let start = trimmed.lastIndex { isSpace($0) || Self.delimiters.contains($0) }
        return String(decoding: trimmed[((start ?? -1) + 1)...], as: UTF8.self).lowercased()
    }

    private mutating func step() {
        let byte = bytes[index]
        switch state {
        case .text:
            if let rawElement {
                if startsWith("</" + rawElement, ignoringCase: true) {
                    self.rawElement = nil
                    state = .tag
                }
            } else if startsWith("<!--") {
                state = .comment
            } else if byte == UInt8(ascii: "<"), let next = peek(1), isLetter(next) || next == UInt8(ascii: "/") {
                state = .tag
                openedElement = readName()
            }
        case .comment:
            if startsWith("-->") { state = .text }
        case .tag:
            if byte == UInt8(ascii: ">") {
                state = .text
                if let openedElement, ["style", "script"].contains(openedElement), peek(-1) != UInt8(ascii: "/") {
                    rawElement = openedElement
                }
                openedElement = nil
            } else if byte == UInt8(ascii: "=") {
                state = .beforeValue
                attribute = nameBefore(index)
            }
        case .beforeValue:
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                state = .quoted(byte)
                valueHasText = false
            } else if byte == UInt8(ascii: ">") {
                state = .tag
                step()
                return
            } else if !isSpace(byte) {
                state = .unquotedValue
            }
        case .quoted(let quote):
            if byte == quote { state = .tag }
            if !isSpace(byte) { valueHasText = true }
        case .unquotedValue:
            if isSpace(byte) {
                state = .tag
            } else if byte == UInt8(ascii: ">") {
                state = .tag
                step()
                return
            }
        }
        advance()
    }

    /// The name of the element whose start tag is being read.
    private var openedElement: String?

    private func readName() -> String? {
        let name = bytes[(index + 1)...].prefix { isLetter($0) || (0x30...0x39).contains($0) }
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self).lowercased()
    }

    private mutating func advance() {
        if bytes[index] == 0x0A { line += 1 }
        index += 1
    }

    private func startsWith(_ text: String, ignoringCase: Bool = false) -> Bool {
        let wanted = text.utf8
        guard index + wanted.count <= bytes.count else { return false }
        return zip(bytes[index...], wanted).allSatisfy { have, want in
            have == want || (ignoringCase && isLetter(have) && have | 0x20 == want | 0x20)
        }
    }

    private func peek(_ offset: Int) -> UInt8? {
        bytes.indices.contains(index + offset) ? bytes[index + offset] : nil
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}

extension Substring {
    /// Without white space at both ends.
    var trimmingSpaces: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
