import Foundation
import JobQueue
import Testing

@testable import PDFWorker

@Suite struct ProductTests {
    let folder: Folder
    let catalogue: ProductCatalogue

    init() throws {
        folder = try Folder()
        catalogue = ProductCatalogue(path: folder.path)
    }

    private func reason(_ id: String) -> String? {
        do {
            _ = try catalogue.load(id)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `a product is a folder with a template, a description, partials and assets`() throws {
        try folder.product(
            "report",
            "{{> parts/head}}<p>{{name}}",
            yaml: "title: Report\nauthor: Acme\nschema: { type: object, properties: { name: { type: string } } }\n",
            files: [
                "parts/head.html": "<h1>x</h1>", "style.css": "p {}", "img/a.svg": "<svg/>", "notes.txt": "not used",
            ]
        )
        let product = try catalogue.load("report")
        #expect(product.product.title == "Report")
        #expect(product.description.author == "Acme")
        #expect(product.assets.map(\.name) == ["img/a.svg", "style.css"])
        #expect(product.assets.map(\.mediaType) == ["image/svg+xml", "text/css"])
        #expect(catalogue.products() == [product.product])
        let schema = String(decoding: product.product.schema, as: UTF8.self)
        #expect(schema == #"{"type":"object","properties":{"name":{"type":"string"}}}"#)
    }

    @Test func `a product is read again when a file of it changes`() throws {
        try folder.product("report", "a", files: ["style.css": "p {}"])
        let first = try catalogue.load("report")
        #expect(try catalogue.load("report").version == first.version)
        try folder.write("p { color: red }", to: "report/style.css")
        let second = try catalogue.load("report")
        #expect(second.version != first.version)
        #expect(second.assets.first?.bytes == Array("p { color: red }".utf8))
    }

    @Test(arguments: [
        ("nothing", "there is no product \"nothing\""), ("../etc", "product_id is not the id of a product"),
        ("", "product_id is not the id of a product"), ("a/b", "product_id is not the id of a product"),
        (".", "product_id is not the id of a product"), ("a\u{0}b", "product_id is not the id of a product"),
    ])
    func `an id that names no folder is refused`(id: String, expected: String) {
        #expect(reason(id) == expected)
    }

    @Test func `an id may have full stops, as a submission's may`() throws {
        try folder.product("invoice.v2", "<p>x")
        #expect(try catalogue.load("invoice.v2").id == "invoice.v2")
    }

    @Test(arguments: [
        ("", "product.yaml: must be a mapping"), ("title: 3", "product.yaml: title: must be a text"),
        (
            "title: a\ncolour: b",
            "product.yaml: colour: unknown key; known are title, author, schema, unescaped, renderer"
        ),
        ("title: a\nrenderer: chrome", "product.yaml: renderer: must be weasyprint"),
        ("title: a\nschema: { type: array }", "product.yaml: schema.type: must be object"),
        ("title: a\nunescaped: b", "product.yaml: unescaped: must be a list of names"),
    ])
    func `a description that cannot be used is refused by its key`(yaml: String, expected: String) throws {
        try folder.product("x", "a", yaml: yaml)
        #expect(reason("x") == "product \"x\" cannot be used: \(expected)")
        #expect(catalogue.problems() == ["product \"x\" cannot be used: \(expected)"])
    }

    @Test func `broken YAML, a missing template and a missing description are told apart`() throws {
        try folder.product("yaml", "a", yaml: "title: [")
        #expect(reason("yaml")?.hasPrefix("product \"yaml\" cannot be used: product.yaml: line ") == true)
        try folder.write("a", to: "bare/template.html")
        #expect(reason("bare") == "product \"bare\" cannot be used: product.yaml is missing")
        try folder.write("title: a", to: "empty/product.yaml")
        #expect(reason("empty") == "product \"empty\" cannot be used: template.html is missing")
    }

    @Test func `links out of the folder are no part of a product`() throws {
        try folder.write("secret", to: "secret.css")
        try folder.product("x", "a")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/x/style.css",
            withDestinationPath: folder.path + "/secret.css"
        )
        #expect(try catalogue.load("x").assets.isEmpty)
    }

    @Test func `a request can be checked without rendering`() throws {
        try folder.product("x", "a", yaml: "title: a\nschema: { type: object, required: [name] }")
        #expect(catalogue.complaint(productID: "x", data: Array("{}".utf8)) == "data.name is missing")
        #expect(catalogue.complaint(productID: "x", data: Array(#"{"name":1}"#.utf8)) == nil)
        #expect(catalogue.complaint(productID: "y", data: Array("{}".utf8)) == "there is no product \"y\"")
        #expect(catalogue.complaint(productID: "x", data: Array("{".utf8))?.hasPrefix("data ends") == true)
        let rows = "[" + Array(repeating: "1", count: 10_001).joined(separator: ",") + "]"
        #expect(
            catalogue.complaint(productID: "x", data: Array(#"{"name":{"rows":\#(rows)}}"#.utf8))
                == "data.name.rows must have at most 10000 elements"
        )
    }

    @Test func `the samples of the repository can be used, and take their examples`() throws {
        let samples = ProductCatalogue(path: repository + "/templates")
        #expect(samples.problems() == [])
        #expect(samples.products().map(\.id) == ["invoice", "psikotes_v2"])
        for id in ["invoice", "psikotes_v2"] {
            let example = try #require(
                FileManager.default.contents(atPath: repository + "/templates/\(id)/example.json")
            )
            #expect(samples.complaint(productID: id, data: Array(example)) == nil)
        }
    }
}
