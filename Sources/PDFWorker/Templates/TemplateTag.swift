/// One tag of a Mustache template.
struct TemplateTag: Hashable, Sendable {
    /// What the tag does.
    enum Role: Hashable, Sendable {
        case variable, unescaped, section, inverted, end, partial, comment
    }

    /// The innermost place in the HTML at which the tag stands.
    enum Place: Hashable, Sendable {
        /// Text, or the value of an attribute in quotes: escaping protects here.
        case protected
        /// A value without quotes, or the name of a tag or attribute.
        case unquoted
        /// The value of a `style` attribute: what is escaped is still a declaration.
        case style
        /// The beginning of an address: what is escaped may still be `javascript:`.
        case address
        /// Inside `<style>` or `<script>`, where escapes are not escapes.
        case raw(String)
    }

    var role: Role
    /// What stands between the braces, without the sign and the spaces around it.
    var name: String
    var place: Place
    var line: Int
    /// Where the tag stands, in bytes.
    var range: Range<Int>

    /// Whether a section may be written more than once: transforms give one value, but for `reversed`.
    var repeats: Bool {
        role == .section && (!name.contains("(") || name.hasPrefix("reversed("))
    }

    /// The name without transforms and without the path before it: `{{#reversed(a.rows)}}` repeats `rows`.
    var baseName: String {
        let inner = name.split(separator: "(").last.map { $0.prefix { $0 != ")" } } ?? ""
        return String(inner.split(separator: ".").last ?? "")
    }
}
