import Mustache

/// A product's template with its partials, ready to be filled with data.
struct DocumentTemplate: Sendable {
    /// The name of the template that makes the document, without its extension.
    static let root = "template"

    private let library: MustacheLibrary
    private let prices: [String: Int]

    /// Parses and checks templates.
    ///
    /// - Parameters:
    ///   - texts: the templates by name, without extension; ``root`` is among them.
    ///   - unescaped: names that may be used without escaping.
    init(texts: [String: String], unescaped: Set<String>) throws(ProductProblem) {
        let lint = try TemplateLint(texts: texts, unescaped: unescaped)
        prices = try lint.prices(root: Self.root)
        var library = MustacheLibrary()
        for (name, text) in texts {
            do {
                try library.register(EscapedHTML.pragma + lint.withoutIndentation(of: text, in: name), named: name)
            } catch let error as MustacheTemplate.ParserError {
                throw ProductProblem("line \(error.context.lineNumber): a tag cannot be read", in: name + ".html")
            } catch {
                throw ProductProblem("cannot be read", in: name + ".html")
            }
        }
        self.library = library
    }

    /// Fills the template.
    ///
    /// - Parameters:
    ///   - data: an object.
    ///   - limit: bytes of HTML.
    /// - Throws: `CancellationError` when nobody waits any more, or ``RenderFailure`` when there would be too much of it.
    func render(_ data: JSONValue, limit: Int) throws -> [UInt8] {
        // A section that is nested in another is paid for by both, hence the larger budget; the exact limit comes last.
        let budget = RenderBudget(bytes: limit * 4, prices: prices)
        let html = library.render(TemplateValue.make(data, named: nil, budget), withTemplate: Self.root) ?? ""
        try Task.checkCancellation()
        guard !budget.isSpent, html.utf8.count <= limit else {
            throw RenderFailure(.output, "the template and its data make more than \(limit >> 20) MiB of HTML")
        }
        return Array(html.utf8)
    }
}
