internal import Deliveries

/// What a PDF job is asked to render: the payload of jobs of the kind `pdf`.
package struct PDFRequest: Hashable, Sendable {
    /// The kind of job that carries it.
    package static let kind = "pdf"

    /// Names the document together with ``productID``: `{product_id}_{code}.pdf`.
    package var code: String
    /// The product: a folder of templates.
    package var productID: String
    package var userEmail: String?
    package var userName: String?
    /// A JSON object for the template, checked against the product's schema; `{}` if none was sent.
    package var data: [UInt8]

    package init(
        code: String,
        productID: String,
        userEmail: String? = nil,
        userName: String? = nil,
        data: [UInt8] = Array("{}".utf8)
    ) {
        self.code = code
        self.productID = productID
        self.userEmail = userEmail
        self.userName = userName
        self.data = data
    }

    /// Whether a text can be the id of a product: 1 to 64 of A-Z a-z 0-9 _ - . beginning with a letter or digit. It is the name of a folder,
    /// so that none can lead out of the one it lies in.
    package static func isProductID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): index > 0
                default: false
                }
            }
    }

    /// The request as a job carries it: `data` goes through byte for byte, so that no number changes on the way.
    package var payload: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + 256)
        bytes.append(contentsOf: #"{"code":"#.utf8)
        bytes.appendJSONString(code)
        bytes.append(contentsOf: #","product_id":"#.utf8)
        bytes.appendJSONString(productID)
        if let userEmail {
            bytes.append(contentsOf: #","user_email":"#.utf8)
            bytes.appendJSONString(userEmail)
        }
        if let userName {
            bytes.append(contentsOf: #","user_name":"#.utf8)
            bytes.appendJSONString(userName)
        }
        bytes.append(contentsOf: #","data":"#.utf8)
        bytes.append(contentsOf: data)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
