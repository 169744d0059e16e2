import Deliveries
import Testing

@testable import PDFWorker

@Suite struct DocumentTemplateTests {
    private func fill(
        _ template: String,
        _ json: String = "{}",
        partials: [String: String] = [:],
        unescaped: Set<String> = [],
        limit: Int = 1 << 20
    ) throws -> String {
        let texts = partials.merging(["template": template]) { $1 }
        let value = JSONReader.value(of: try JSONObjectBytes(Array(json.utf8)))
        return String(
            decoding: try DocumentTemplate(texts: texts, unescaped: unescaped).render(value, limit: limit),
            as: UTF8.self
        )
    }

    private func problem(_ template: String, partials: [String: String] = [:]) throws -> String? {
        do {
            _ = try DocumentTemplate(texts: partials.merging(["template": template]) { $1 }, unescaped: ["html"])
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(arguments: [
        ("<p>{{a}}</p>", #"{"a":"<b>&\"'"}"#, "<p>&lt;b&gt;&amp;&quot;&#39;</p>"),
        ("{{price}} {{count}}", #"{"price":1250.00,"count":3}"#, "1250.00 3"),
        ("{{#a}}{{b}}{{^b}}no{{/b}};{{/a}}", #"{"a":[{"b":"x"},{"b":null},{}],"b":"outer"}"#, "x;no;outer;"),
        ("{{#t}}yes{{/t}}{{#f}}no{{/f}}{{^f}}not{{/f}}", #"{"t":true,"f":false}"#, "yesnot"),
        ("{{#e}}no{{/e}}{{^e}}empty{{/e}}", #"{"e":""}"#, "empty"),
        ("{{#l}}{{.}},{{/l}}{{count(l)}}", #"{"l":["a","b"]}"#, "a,b,2"),
        ("{{#any(l)}}<ul>{{#l}}{{.}}{{/l}}</ul>{{/any(l)}}", #"{"l":["a","b"]}"#, "<ul>ab</ul>"),
        ("{{#any(l)}}no{{/any(l)}}{{#any(m)}}no{{/any(m)}}", #"{"l":[]}"#, ""),
        ("{{#l}}{{#first()}}first{{/first()}}{{index()}}{{/l}}", #"{"l":[7,8]}"#, "first01"),
        ("{{uppercased(a)}}", #"{"a":"ab"}"#, "AB"),
        ("{{a.b.c}}", #"{"a":{"b":{"c":"deep"}}}"#, "deep"),
        ("{{o}}{{l}}", #"{"o":{"a":1},"l":[1]}"#, ""),
    ])
    func `values are printed as a template's author expects`(template: String, json: String, html: String) throws {
        #expect(try fill(template, json) == html)
    }

    @Test func `partials are filled in, without their indentation`() throws {
        let html = try fill("<div>\n    {{> row}}\n</div>", #"{"a":"1"}"#, partials: ["row": "<i>\n{{a}}\n</i>\n"])
        #expect(html == "<div>\n<i>\n1\n</i>\n</div>")
    }

    @Test(arguments: [
        ("\u{600}<b\u{600}>", "\u{600}&lt;b\u{600}&gt;"),
        ("a\"\u{301} style='x'\u{301}", "a&quot;\u{301} style=&#39;x&#39;\u{301}"),
        ("&\u{200D}amp;", "&amp;\u{200D}amp;"), ("\u{110BD}<", "\u{110BD}&lt;"), ("<\r\n>", "&lt;\r\n&gt;"),
        ("é<ü", "é&lt;ü"),
    ])
    func `data is escaped byte for byte, whatever characters its neighbours make of it`(text: String, html: String)
        throws
    {
        let data = JSONValue.object([
            JSONValue.Member(name: "a", value: .string(text)),
            JSONValue.Member(name: "list", value: .array([.string(text)])),
        ])
        let template = try DocumentTemplate(
            texts: ["template": "{{a}}|{{> part}}|{{#list}}{{.}}{{/list}}", "part": "<p>{{a}}</p>"],
            unescaped: []
        )
        let made = String(decoding: try template.render(data, limit: 1000), as: UTF8.self)
        #expect(made.utf8.elementsEqual("\(html)|<p>\(html)</p>|\(html)".utf8))
    }

    @Test func `what the product lists may be unescaped, and nothing else`() throws {
        #expect(try fill("{{{html}}}{{&html}}", #"{"html":"<b>"}"#, unescaped: ["html"]) == "<b><b>")
        #expect(
            try problem("a\n{{{b}}}")
                == "template.html: line 2: \"b\" is not escaped here: use {{b}}, or list it under unescaped"
        )
    }

    @Test func `what does no harm in an attribute is taken, and so is what the product says is trusted`() throws {
        let harmless =
            "<a href=\"https://example.com/{{a}}\" title=\"{{a}}\"><img src=\"{{a}}\"><rect width='{{a}}' />style={{a}}"
        #expect(try problem(harmless) == nil)
        let trusted = "<p style=\"width: {{a}}%\"><a href=\"{{a}}\">"
        #expect(try fill(trusted, #"{"a":1}"#, unescaped: ["a"]) == "<p style=\"width: 1%\"><a href=\"1\">")
    }

    @Test(arguments: [
        ("{{=<% %>=}}", "{{= is not allowed"), ("{{% CONTENT_TYPE: TEXT}}", "{{% is not allowed"),
        ("{{<parent}}{{/parent}}", "{{< is not allowed"), ("{{$block}}{{/block}}", "{{$ is not allowed"),
        ("{{>*name}}", "must be named in the template"), ("{{> other}}", "there is no partial other.html"),
        ("{{> ../other/template}}", "there is no partial"), ("<p>{{a", "a tag does not end"),
        ("{{#a}}", "{{#a}} is never ended"), ("{{/a}}", "{{/a}} ends nothing"),
        ("{{#a}}{{#b}}{{/a}}{{/b}}", "{{/a}} ends {{#b}} of line 1"),
        ("<p class={{a}}>", "{{a}} stands in an attribute without quotes"),
        ("<p {{a}}>", "{{a}} stands in an attribute without quotes"),
        ("<style>p { color: {{a}} }</style>", "{{a}} stands inside <style>"),
        ("<p style=\"width: {{a}}%\">", "{{a}} stands in a style attribute"),
        ("<p title='x' STYLE = 'color: red; {{#b}}{{a}}{{/b}}'>", "{{a}} stands in a style attribute"),
        ("<a href=\"{{a}}\">", "{{a}} begins an address"), ("<svg><a xlink:href=' {{a}}'>", "{{a}} begins an address"),
        ("<a/href=\"{{#a}}{{b}}{{/a}}\">", "{{b}} begins an address"),
        ("<a href=\"{{! x }}{{a}}\">", "{{a}} begins an address"),
        ("<SCRIPT>var a = '{{a}}'</SCRIPT>", "{{a}} stands inside <script>"),
        ("<{{a}}>", "must be named in the template"), ("<{{! x }}script>", "must be named in the template"),
        ("{{#a}}<STYLE type=x>{{#b}}{{c}}{{/b}}</STYLE>{{/a}}", "{{c}} stands inside <style>"),
    ])
    func `what could break out of the page is refused when the product is read`(template: String, reason: String) throws
    {
        let problem = try #require(try problem(template))
        #expect(problem.contains(reason) && problem.hasPrefix("template.html: line 1: "), "\(problem)")
    }

    @Test(arguments: [
        "<p class=\"{{a}}\" title='{{b}}'>{{c}}</p>", "<style>p > a { color: red }</style>{{a}}",
        "a < b {{a}}", "<!-- {{a}} --><p>{{b}}", "<rect width=\"{{a}}%\"/>{{b}}", "{{! <style> }}{{a}}", "<br/>{{a}}",
        "<p data-x=1>{{a}}", "<p title=\"a > b\">{{a}}</p>",
    ])
    func `what is written as usual is accepted`(template: String) throws {
        #expect(try problem(template) == nil)
    }

    @Test func `a partial stands where what is in it can be checked`() throws {
        let theme = ["theme": "h1 { color: {{a}} }"]
        #expect(try problem("<style>{{> theme}}</style>", partials: theme)?.contains("<style>") == true)
        #expect(try problem("<p style=\"{{> theme}}\">", partials: theme)?.contains("attribute") == true)
        #expect(
            try problem("{{> theme}}{{a}}</style>", partials: ["theme": "<style>"])?.contains("ends inside") == true
        )
    }

    @Test func `partials in a circle are refused`() throws {
        let reason = try problem("{{> a}}", partials: ["a": "{{> b}}", "b": "{{> a}}"])
        #expect(reason == "a.html: includes itself: template > a > b > a")
    }

    @Test func `partials that double each other are refused by their size`() throws {
        var partials = ["p0": String(repeating: "x", count: 100)]
        for level in 1...40 { partials["p\(level)"] = "{{> p\(level - 1)}}{{> p\(level - 1)}}" }
        let reason = try problem("{{> p40}}", partials: partials)
        #expect(reason?.contains("bytes with its partials") == true)
    }

    @Test func `sections too deep for a parser are refused`() throws {
        let open = String(repeating: "{{#a}}", count: 20_000)
        let close = String(repeating: "{{/a}}", count: 20_000)
        #expect(try problem(open + close) == "template.html: line 1: sections are nested more than 32 deep")
    }

    @Test func `a template that repeats itself over its own data ends at the limit`() throws {
        let list = "[" + Array(repeating: "1", count: 1_000).joined(separator: ",") + "]"
        let nested = String(repeating: "{{#rows}}", count: 6) + "x" + String(repeating: "{{/rows}}", count: 6)
        for template in [nested, "{{#rows}}\(String(repeating: "x", count: 5_000)){{/rows}}"] {
            let error = #expect(throws: RenderFailure.self) { try fill(template, #"{"rows":\#(list)}"#) }
            #expect(error?.reason == "the template and its data make more than 1 MiB of HTML")
        }
        let text = String(repeating: "y", count: 10_000)
        let error = #expect(throws: RenderFailure.self) {
            try fill("{{#rows}}{{text}}{{/rows}}", #"{"rows":\#(list),"text":"\#(text)"}"#)
        }
        #expect(error?.code == .output)
    }

    @Test func `filling ends when nobody waits for it`() async throws {
        let rows = "[" + Array(repeating: "1", count: 1_000).joined(separator: ",") + "]"
        let value = JSONReader.value(of: try JSONObjectBytes(Array(#"{"rows":\#(rows)}"#.utf8)))
        let template = try DocumentTemplate(texts: ["template": "{{#rows}}{{.}}{{/rows}}"], unescaped: [])
        let task = Task { try template.render(value, limit: 1 << 20) }
        task.cancel()
        // Cancelled before or after it was done; never half of it.
        switch await task.result {
        case .success(let html): #expect(html.count == 1_000)
        case .failure(let error): #expect(error is CancellationError)
        }
    }
}
