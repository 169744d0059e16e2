/// `Content-Disposition` (RFC 6266).
enum ContentDisposition {
    /// The header's value for a document to be saved under a name, whatever the name holds: the plain form for old clients,
    /// with everything but the safest characters replaced, and the exact one when they differ.
    static func attachment(_ filename: String) -> String {
        let name = filename.isEmpty ? "document.pdf" : filename
        let plain = String(String.UnicodeScalarView(name.unicodeScalars.map { isPlain($0) ? $0 : "_" }))
        let value = "attachment; filename=\"\(plain)\""
        return plain == name ? value : value + "; filename*=UTF-8''\(PercentEncoding.encode(withoutPath(name)))"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", " ", "(", ")", "+", ",", "@": true
        default: false
        }
    }

    /// The name without what could make a client save it elsewhere, or show it as something else.
    private static func withoutPath(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { scalar in
                    let category = scalar.properties.generalCategory
                    let isBad = scalar == "/" || scalar == "\\" || category == .control || category == .format
                    return isBad ? "_" : scalar
                }
            )
        )
    }
}
