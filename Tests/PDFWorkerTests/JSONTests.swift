import Deliveries
import Testing

@testable import PDFWorker

@Suite struct JSONTests {
    private func read(_ text: String) throws -> JSONValue {
        JSONReader.value(of: try JSONObjectBytes(Array(text.utf8)))
    }

    @Test func `numbers stay as they were written`() throws {
        let text = #"{"a":1250.00,"b":-0.10,"c":1e3,"d":12345678901234567890,"e":0}"#
        let value = try read(text)
        #expect(value["a"] == .number("1250.00"))
        #expect(value["b"] == .number("-0.10"))
        #expect(value["d"] == .number("12345678901234567890"))
        #expect(String(decoding: value.bytes, as: UTF8.self) == text)
    }

    @Test func `escapes, pairs and lone halves are read`() throws {
        let value = try read(##"{ "t" : "a\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00", "h":"\ud83dx", "l":"\ud83d\u0041" }"##)
        #expect(value["t"] == .string("a\"\\/\u{8}\u{C}\n\r\téé😀"))
        #expect(value["h"] == .string("\u{FFFD}x"))
        #expect(value["l"] == .string("\u{FFFD}A"))
    }

    @Test func `nested values, spaces and empty ones are read`() throws {
        let value = try read(" { \"a\" : [ 1 , [ ] , { } , null , true , false ] , \"b\" : { \"c\" : \"\" } } ")
        #expect(value["a"] == .array([.number("1"), .array([]), .object([]), .null, .bool(true), .bool(false)]))
        #expect(value["b"]?["c"] == .string(""))
    }

    @Test func `of a repeated name the last counts`() throws {
        #expect(try read(#"{"a":1,"a":2}"#)["a"] == .number("2"))
    }

    @Test func `YAML keeps quoted numbers as text and numbers as written`() throws {
        let value = try #require(try JSONValue(yaml: "a: 1.50\nb: '1.50'\nc: yes\nd: true\ne: ~\nf: [1, x]\ng: 0x10\n"))
        #expect(value["a"] == .number("1.50"))
        #expect(value["b"] == .string("1.50"))
        #expect(value["d"] == .bool(true))
        #expect(value["e"] == .null)
        #expect(value["f"] == .array([.number("1"), .string("x")]))
        #expect(value["g"] == .string("0x10"))
    }

    @Test func `aliases cannot blow a description up`() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            yaml += "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        #expect(throws: ProductProblem("has more than 20000 values")) { try JSONValue(yaml: yaml) }
    }
}
