import JobQueue

/// A product as it stands in its folder, read and checked.
struct LoadedProduct: Sendable {
    let id: String
    let description: ProductDescription
    let template: DocumentTemplate
    let assets: [Asset]
    /// A digest of all its files: a document that was made by another version is made again.
    let version: String

    /// The product for those who ask what can be rendered.
    var product: Product {
        Product(id: id, title: description.title, schema: description.schemaText, renderer: "weasyprint")
    }
}
