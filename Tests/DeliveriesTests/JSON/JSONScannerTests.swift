import Testing

@testable import Deliveries

@Suite("The JSON check")
struct JSONScannerTests {
    @Test(
        "takes every kind of value",
        arguments: [
            "0", "-0", "7", "-7", "10", "0.5", "-0.0", "1e1", "1E1", "1e+1", "1e-1", "0e0", "1.5E+300",
            "123456789012345678901234567890", "1e999999", "true", "false", "null", #""""#, #""a""#,
            #""\"\\\/\b\f\n\r\t""#,
            #""\u0000""#, #""\uABCD\uabcd""#, #""\uD83D\uDE00""#, #""\ud800""#, #""\uDC00\uD800""#, "\"\u{7F}\"",
            "\"é € 😀 \u{80} \u{7FF} \u{800} \u{FFFF} \u{10000} \u{10FFFF}\"", "\"\u{2028}\"", "[]", "[ ]", "[1]",
            "[1,2]",
            "[ 1 , 2 ]", "[[],[]]", "[{},{}]", "{}", "{ }", #"{"":0}"#, #"{"a":1,"a":2}"#, #"{"a":[{"b":[{}]}]}"#,
            " \t\r\n1 \t\r\n",
        ]
    )
    func takes(value: String) throws {
        let text = "{\"a\":\(value)}"
        #expect(try JSONObjectBytes(Array(text.utf8)).bytes == Array(text.utf8))
    }

    @Test(
        "refuses a value that RFC 8259 does not have",
        arguments: [
            "", " ", "01", "-01", "00", "1.", "-1.", ".5", "-.5", "+1", "1e", "1e+", "1e-", "1ee1", "1e1.5", "1.2.3",
            "-",
            "--1", "- 1", "0x10", "1_000", "1,000 ", "NaN", "Infinity", "-Infinity", "tru", "truee", "True", "TRUE",
            "nul",
            "nulll", "undefined", "'a'", "a", #"""#, #""a"#, #""\x41""#, #""\u""#, #""\u12""#, #""\u12G4""#,
            #""\u 123""#,
            #""\U0041""#, #""\""#, #""\ ""#, "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", "[", "]", "[1", "[1,",
            "[1,]",
            "[,1]", "[,]", "[1 2]", "[1;2]", "[1}", "{", "}", "{]", #"{"b"}"#, #"{"b":}"#, #"{"b"1}"#, "{b:1}", "{1:1}",
            "{'b':1}", #"{"b":1,}"#, #"{,"b":1}"#, "{,}", #"{"b":1 "c":2}"#, #"{"b"::1}"#, "1 2", "\"a\" \"b\"",
            "// c\n1",
            "/* c */ 1", "1 # c", "\u{A0}1", "\u{0B}1", "\u{0C}1", "\u{FEFF}1", "\u{0}", "１",
        ]
    )
    func refuses(value: String) {
        #expect(throws: JSONScanError.self) { try JSONObjectBytes(Array("{\"a\":\(value)}".utf8)) }
        #expect(throws: JSONScanError.self) { try JSONObjectBytes(Array("{\"a\":[\(value),0]}".utf8)) }
    }

    @Test(
        "refuses bytes that are not UTF-8",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xC2, 0xC2], [0xE0, 0x80, 0x80],
            [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xE2, 0x82, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x98, 0x41],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]]
    )
    func refusesInvalidUTF8(bytes: [UInt8]) {
        for (before, after) in [("{\"a\":\"", "\"}"), ("{\"", "\":1}"), ("{\"a\":\"", "")] {
            let text = Array(before.utf8) + bytes + Array(after.utf8)
            #expect(throws: JSONScanError.self) { try JSONObjectBytes(text) }
        }
    }

    @Test(
        "says what is wrong and where",
        arguments: [
            ("", "is empty, not a JSON object at byte 0"), ("  ", "is empty, not a JSON object at byte 2"),
            ("[]", "is not a JSON object at byte 0"), ("1", "is not a JSON object at byte 0"),
            ("null", "is not a JSON object at byte 0"), ("\"{}\"", "is not a JSON object at byte 0"),
            ("\u{FEFF}{}", "is not a JSON object at byte 0"), ("\u{0}{}", "is not a JSON object at byte 0"),
            ("{}{}", "has something after the JSON object at byte 2"),
            ("{} x", "has something after the JSON object at byte 3"),
            ("{}\u{0}", "has something after the JSON object at byte 2"), ("{", "ends in the middle of JSON at byte 1"),
            (#"{"a""#, "is not valid JSON at byte 4"), (#"{"a":"#, "ends in the middle of JSON at byte 5"),
            (#"{"a":1"#, "ends in the middle of JSON at byte 6"), (#"{"a":1,"#, "ends in the middle of JSON at byte 7"),
            (#"{"a":"b"#, "ends in the middle of a string at byte 7"),
            (#"{"a":"\u00"#, "ends in the middle of a string at byte 6"),
            (#"{"a":1.}"#, "has a malformed number at byte 7"),
            (#"{"a":"\q"}"#, "has a malformed escape in a string at byte 6"),
            ("{\"a\":\"\n\"}", "has a control character in a string at byte 6"),
            (#"{"a":?}"#, "is not valid JSON at byte 5"),
        ]
    )
    func messages(text: String, message: String) {
        let error = #expect(throws: JSONScanError.self) { try JSONObjectBytes(Array(text.utf8)) }
        #expect(error?.description == message)
    }

    @Test("refuses every document that is cut short")
    func truncation() throws {
        let whole = Array(#"{"a":[1,-2.5e+3,"é\u00e9\n😀",{"b":null,"c":[true,false,{}]}]}"#.utf8)
        _ = try JSONObjectBytes(whole)
        for length in whole.indices {
            #expect(throws: JSONScanError.self) { try JSONObjectBytes(Array(whole[..<length])) }
        }
    }

    @Test("takes 128 levels and refuses one more", arguments: [("[", "]"), ("{\"a\":", "}")])
    func depth(open: String, close: String) throws {
        func document(_ levels: Int) -> [UInt8] {
            let inner = String(repeating: open, count: levels - 1) + "1" + String(repeating: close, count: levels - 1)
            return Array("{\"a\":\(inner)}".utf8)
        }
        _ = try JSONObjectBytes(document(128))
        let error = #expect(throws: JSONScanError.self) { try JSONObjectBytes(document(129)) }
        #expect(error?.reason == "is nested more than 128 deep")
        let empty = String(repeating: "[", count: 127)
        _ = try JSONObjectBytes(Array("{\"a\":\(empty)\(String(repeating: "]", count: 127))}".utf8))
        #expect(throws: JSONScanError.self) { try JSONObjectBytes(Array("{\"a\":\(empty)[]".utf8)) }
    }

    @Test(
        "judges a mebibyte of anything in time that grows with its length alone",
        arguments: [
            "[", "{\"a\":", "\"", "\\", "[],", "0", " ", "{\"a\":0},", "\"\\u0061\",", "é",
        ]
    )
    func bounded(unit: String) {
        let filling = String(repeating: unit, count: (1 << 20) / unit.utf8.count)
        let clock = ContinuousClock()
        let time = clock.measure {
            for prefix in ["{\"a\":", "{\"a\":[", "{\"a\":\"", ""] {
                _ = try? JSONObjectBytes(Array((prefix + filling).utf8))
            }
        }
        // A few milliseconds each when optimised; a quadratic scan would take hours.
        #expect(time < .seconds(20))
    }

    @Test("says where the members are, whatever stands around and inside them")
    func members() throws {
        let text = " \n{ \"a\" : 1 , \"b,}\":[{\"a\":2},\"}\"],\"\":{\"c\":{}},\"a\":\"x\"\t} "
        let object = try JSONObjectBytes(Array(text.utf8))
        #expect(object.bytes.first == UInt8(ascii: "{"))
        #expect(object.bytes.last == UInt8(ascii: "}"))
        let read = object.members.map {
            [
                String(decoding: object.bytes[$0.name], as: UTF8.self),
                String(decoding: object.bytes[$0.whole], as: UTF8.self),
            ]
        }
        #expect(
            read == [
                ["a", "\"a\" : 1"], ["b,}", "\"b,}\":[{\"a\":2},\"}\"]"], ["", "\"\":{\"c\":{}}"],
                ["a", "\"a\":\"x\""],
            ]
        )
    }

    @Test("has no members when empty", arguments: ["{}", "{ }", " {\n} "])
    func noMembers(text: String) throws {
        #expect(try JSONObjectBytes(Array(text.utf8)).members.isEmpty)
        #expect(JSONObjectBytes.empty.members.isEmpty)
    }

    @Test(
        "knows a name however it is escaped",
        arguments: [
            ("event_id", true), (#"event\u005fid"#, true), (#"event\u005Fid"#, true), (#"\u0065vent_id"#, true),
            (#"\u0065\u0076\u0065\u006e\u0074\u005f\u0069\u0064"#, true), ("event_id ", false), ("Event_id", false),
            (#"event\\u005fid"#, false), (#"event\u005fi"#, false), (#"event_id\u0000"#, false),
            (#"\ud800event_id"#, false),
            ("", false), (#"event\/id"#, false), ("évent_id", false),
        ]
    )
    func names(written: String, isEventID: Bool) throws {
        let object = try JSONObjectBytes(Array("{\"\(written)\":1}".utf8))
        let member = try #require(object.members.first)
        #expect(object.isNamed(member, "event_id") == isEventID)
    }

    @Test("knows a name with each short escape")
    func shortEscapes() throws {
        let object = try JSONObjectBytes(Array(#"{"\"\\\/\b\f\n\r\t":1}"#.utf8))
        let member = try #require(object.members.first)
        #expect(object.isNamed(member, "\"\\/\u{8}\u{C}\n\r\t"))
    }
}
