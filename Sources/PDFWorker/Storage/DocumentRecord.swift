/// What is kept beside a document, so that a job that is run again need not make it again.
package struct DocumentRecord: Hashable, Sendable, Codable {
    /// A digest of the request and of the product's version that made it.
    package var fingerprint: String
    /// What a person should find it under: `{product_id}_{code}.pdf`.
    package var filename: String
    /// Lower-case hexadecimal.
    package var sha256: String
    /// Bytes.
    package var size: Int
    package var pages: Int
    package var renderMilliseconds: Int

    package init(
        fingerprint: String,
        filename: String,
        sha256: String,
        size: Int,
        pages: Int,
        renderMilliseconds: Int
    ) {
        self.fingerprint = fingerprint
        self.filename = filename
        self.sha256 = sha256
        self.size = size
        self.pages = pages
        self.renderMilliseconds = renderMilliseconds
    }
}
