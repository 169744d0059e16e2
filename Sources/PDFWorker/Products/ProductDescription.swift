/// What `product.yaml` says.
struct ProductDescription: Hashable, Sendable {
    var title: String
    /// The author in the documents' metadata; `nil`: none, unless the template has one.
    var author: String?
    var schema: DataSchema
    /// The same as JSON, for those who ask.
    var schemaText: [UInt8]
    /// Names that the templates use unescaped: HTML that the caller is trusted with.
    var unescaped: Set<String>

    /// Reads a description.
    init(yaml text: String) throws(ProductProblem) {
        guard case .object(let members)? = try JSONValue(yaml: text) else { throw ProductProblem("must be a mapping") }
        let known = ["title", "author", "schema", "unescaped", "renderer"]
        for member in members where !known.contains(member.name) {
            throw ProductProblem("\(member.name): unknown key; known are \(known.joined(separator: ", "))")
        }
        let root = JSONValue.object(members)
        guard let title = root["title"]?.text, !title.isEmpty else { throw ProductProblem("title: must be a text") }
        self.title = title
        if let author = root["author"] {
            guard let text = author.text, !text.isEmpty else { throw ProductProblem("author: must be a text") }
            self.author = text
        }
        if let renderer = root["renderer"], renderer.text != "weasyprint" {
            throw ProductProblem("renderer: must be weasyprint")
        }
        let schema = root["schema"] ?? .object([JSONValue.Member(name: "type", value: .string("object"))])
        self.schema = try DataSchema(schema, path: "schema")
        schemaText = schema.bytes
        guard self.schema.kinds == [.object] else { throw ProductProblem("schema.type: must be object") }
        unescaped = []
        if let names = root["unescaped"] {
            guard case .array(let elements) = names, elements.allSatisfy({ $0.text != nil }) else {
                throw ProductProblem("unescaped: must be a list of names")
            }
            unescaped = Set(elements.compactMap(\.text))
        }
    }
}
