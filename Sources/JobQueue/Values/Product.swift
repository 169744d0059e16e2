/// What a ``PDFRequest`` can ask for.
package struct Product: Hashable, Sendable {
    /// What `product_id` names it by.
    package var id: String
    /// What people call it.
    package var title: String
    /// The JSON schema that a job's `data` must satisfy: the bytes of a JSON object.
    package var schema: [UInt8]
    /// What renders it, such as `weasyprint`.
    package var renderer: String

    /// Makes a product.
    package init(id: String, title: String, schema: [UInt8], renderer: String) {
        self.id = id
        self.title = title
        self.schema = schema
        self.renderer = renderer
    }
}
