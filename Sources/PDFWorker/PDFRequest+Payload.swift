import Deliveries
import JobQueue

extension PDFRequest {
    /// Reads what a job carries.
    ///
    /// - Throws: one line that names the field.
    init(payload: [UInt8]) throws(RenderFailure) {
        let object: JSONObjectBytes
        do {
            object = try JSONObjectBytes(payload)
        } catch {
            throw RenderFailure(.input, "the payload \(error.reason)")
        }
        let value = JSONReader.value(of: object)
        guard let code = value["code"]?.text, !code.isEmpty else { throw RenderFailure(.input, "code is missing") }
        guard let productID = value["product_id"]?.text else { throw RenderFailure(.input, "product_id is missing") }
        var data = Array("{}".utf8)
        switch value["data"] {
        case nil, .null?: break
        case .object?:
            // The last of several members of a name counts, here as in the values.
            if let member = object.members.last(where: { object.isNamed($0, "data") }) {
                let whole = object.bytes[member.whole]
                // A name, a colon, and the value with nothing behind it.
                if let start = whole[(member.name.upperBound + 1)...].firstIndex(of: UInt8(ascii: "{")) {
                    data = Array(whole[start...])
                }
            }
        default: throw RenderFailure(.input, "data must be an object")
        }
        self.init(
            code: code,
            productID: productID,
            userEmail: value["user_email"]?.text,
            userName: value["user_name"]?.text,
            data: data
        )
    }

    /// What the document is called: letters and digits of any script, and nothing that a file system, a shell or a reader's eye could take for
    /// something else. 64 and 128 bytes at most make it short enough for every file system.
    var filename: String {
        let parts = [productID, code].map { part in
            String(String.UnicodeScalarView(part.unicodeScalars.map { Self.isPlain($0) ? $0 : "_" }))
        }
        return parts.joined(separator: "_") + ".pdf"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "._-".contains(Character(scalar))
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .otherSymbol:
            return true
        default:
            return false
        }
    }
}
