/// What a product's templates must keep to before any of them is rendered, so that rendering always ends and data is never
/// taken for markup.
struct TemplateLint {
    /// Deeper sections are refused: parser and renderer recurse.
    static let depthLimit = 32
    /// What the templates may write without any data, partials filled in.
    static let textLimit = 1 << 20

    /// Names that may be used unescaped, as the product's description lists them.
    let unescaped: Set<String>
    /// The tags of each template, by its name.
    private let tags: [String: [TemplateTag]]
    private let texts: [String: String]

    init(texts: [String: String], unescaped: Set<String>) throws(ProductProblem) {
        self.texts = texts
        self.unescaped = unescaped
        var tags: [String: [TemplateTag]] = [:]
        for (name, text) in texts {
            var scanner = TagScanner(text)
            do {
                tags[name] = try scanner.tags()
            } catch {
                throw ProductProblem(error.reason, in: name + ".html")
            }
            // Each is read by itself, so what includes it, or is included, must find the same state around it.
            guard scanner.isInText else {
                throw ProductProblem("ends inside a tag, a comment, <style> or <script>", in: name + ".html")
            }
        }
        self.tags = tags
        for name in texts.keys.sorted() { try check(name) }
    }

    /// What one turn of each section writes at most, by the section's name.
    ///
    /// - Throws: when partials include each other in a circle, or the templates are too large with their partials in place.
    func prices(root: String) throws(ProductProblem) -> [String: Int] {
        var sizes: [String: Int] = [:]
        let size = try size(of: root, path: [], &sizes)
        guard size <= Self.textLimit else {
            throw ProductProblem(
                "has \(size) bytes with its partials, and \(Self.textLimit) are allowed",
                in: root + ".html"
            )
        }
        var prices: [String: Int] = [:]
        for name in texts.keys { addPrices(of: tags[name] ?? [], sizes, &prices) }
        return prices
    }

    /// A template without the spaces before its partials: Mustache would repeat them on every line of the partial, which HTML
    /// does not need and no budget counts.
    func withoutIndentation(of text: String, in template: String) -> String {
        var bytes = Array(text.utf8)
        for tag in (tags[template] ?? []).reversed() where tag.role == .partial {
            var start = tag.range.lowerBound
            while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
            bytes.removeSubrange(start..<tag.range.lowerBound)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func check(_ template: String) throws(ProductProblem) {
        var open: [TemplateTag] = []
        for tag in tags[template] ?? [] {
            func problem(_ reason: String) -> ProductProblem {
                ProductProblem("line \(tag.line): \(reason)", in: template + ".html")
            }
            switch tag.role {
            case .section, .inverted:
                open.append(tag)
                guard open.count <= Self.depthLimit else {
                    throw problem("sections are nested more than \(Self.depthLimit) deep")
                }
            case .end:
                guard let opened = open.popLast() else { throw problem("{{/\(tag.name)}} ends nothing") }
                guard opened.name == tag.name else {
                    throw problem("{{/\(tag.name)}} ends {{#\(opened.name)}} of line \(opened.line)")
                }
            case .partial where texts[tag.name] == nil:
                throw problem("there is no partial \(tag.name).html")
            case .partial where tag.place != .protected:
                throw problem(
                    "the partial \(tag.name) stands in an attribute, <style> or <script>, where what is in it cannot be checked"
                )
            case .unescaped where !unescaped.contains(tag.name):
                throw problem("\"\(tag.name)\" is not escaped here: use {{\(tag.name)}}, or list it under unescaped")
            case .variable, .unescaped:
                switch tag.place {
                case .protected: break
                case .style where !unescaped.contains(tag.name):
                    throw problem(
                        "{{\(tag.name)}} stands in a style attribute, where it could restyle the page: use an attribute of an SVG, or list it under unescaped"
                    )
                case .address where !unescaped.contains(tag.name):
                    throw problem(
                        "{{\(tag.name)}} begins an address: write its beginning, such as https://, into the template, or list it under unescaped"
                    )
                case .style, .address: break
                case .unquoted: throw problem("{{\(tag.name)}} stands in an attribute without quotes")
                case .raw(let element):
                    throw problem("{{\(tag.name)}} stands inside <\(element)>, where nothing is escaped")
                }
            case .partial, .comment: break
            }
        }
        if let left = open.last {
            throw ProductProblem("line \(left.line): {{#\(left.name)}} is never ended", in: template + ".html")
        }
    }

    /// The bytes of a template with its partials in place.
    private func size(of template: String, path: [String], _ sizes: inout [String: Int]) throws(ProductProblem) -> Int {
        if let size = sizes[template] { return size }
        guard !path.contains(template) else {
            throw ProductProblem(
                "includes itself: " + (path + [template]).joined(separator: " > "),
                in: template + ".html"
            )
        }
        var size = texts[template]?.utf8.count ?? 0
        for tag in tags[template] ?? [] where tag.role == .partial {
            size = min(size + (try self.size(of: tag.name, path: path + [template], &sizes)), Int.max / 2)
        }
        sizes[template] = size
        return size
    }

    private func addPrices(of tags: [TemplateTag], _ sizes: [String: Int], _ prices: inout [String: Int]) {
        var open: [(tag: TemplateTag, partials: Int)] = []
        for tag in tags {
            switch tag.role {
            case .section, .inverted: open.append((tag, 0))
            case .partial:
                for index in open.indices { open[index].partials += sizes[tag.name] ?? 0 }
            case .end:
                guard let (start, partials) = open.popLast(), start.repeats else { continue }
                let price = tag.range.lowerBound - start.range.upperBound + partials
                prices[start.baseName] = max(prices[start.baseName] ?? 0, price)
            case .variable, .unescaped, .comment: break
            }
        }
    }
}
