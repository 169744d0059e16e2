import Deliveries
import Testing

@testable import API

@Suite("Encodings")
struct EncodingTests {
    @Test("JSON is written with its members in order and its strings escaped")
    func json() {
        let value: JSON = [
            "z": .null, "a": JSON("é\"\\\n\u{1}"), "n": JSON(5), "d": .number(0.5), "b": JSON(true), "l": ["x", []],
            "v": .verbatim(Array("1.10".utf8)),
        ]
        #expect(
            String(decoding: value.bytes, as: UTF8.self)
                == #"{"z":null,"a":"é\"\\\n\u0001","n":5,"d":0.5,"b":true,"l":["x",[]],"v":1.10}"#
        )
    }

    @Test("numbers that JSON cannot write are null")
    func numbers() {
        for number in [Double.nan, .infinity, -.infinity] {
            #expect(JSON.number(number).bytes == Array("null".utf8))
            #expect(JSON(milliseconds: number).bytes == Array("null".utf8))
        }
        #expect(JSON(milliseconds: nil).bytes == Array("null".utf8))
    }

    @Test("times always have three digits of a second")
    func times() {
        #expect(Timestamp(milliseconds: 0).rfc3339WithMilliseconds == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp(milliseconds: 7).rfc3339WithMilliseconds == "1970-01-01T00:00:00.007Z")
    }

    @Test("percent-encoding goes both ways", arguments: ["", "a-._~Z9", "é &=+%/?#\u{0}", "日本"])
    func percentRoundTrip(text: String) {
        let encoded = PercentEncoding.encode(text)
        #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(PercentEncoding.decode(encoded) == text)
    }

    @Test("broken percent-encoding is no text", arguments: ["%", "%4", "%g0", "a%", "%ff", "%c3"])
    func percentBroken(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }

    @Test(
        "relative times count back from now",
        arguments: [("90s", 90_000), ("30m", 1_800_000), ("24h", 86_400_000), ("7d", 604_800_000)]
    )
    func relative(text: String, milliseconds: Int64) {
        #expect(RelativeTime.before(Sample.now, text) == Sample.now.advanced(byMilliseconds: -milliseconds))
    }

    @Test(
        "what is no relative time is none",
        arguments: ["", "h", "0h", "-1h", "+1h", "1", "1w", "100000h", "1 h", "1H", "١h"]
    )
    func notRelative(text: String) {
        #expect(RelativeTime.before(Sample.now, text) == nil)
    }

    @Test("a member's value is cut out exactly")
    func memberValues() throws {
        let object = try JSONObjectBytes(Array(" { \"a\\\"b\" :\n [1, 2 ] , \"c\":\":x\",\"d\":-0.0 }".utf8))
        #expect(
            object.members.map { String(decoding: object.value(of: $0), as: UTF8.self) } == [
                "[1, 2 ]", "\":x\"", "-0.0",
            ]
        )
    }

    @Test(
        "ordinary headers of a receiver are shown",
        arguments: ["Content-Type", "Date", "Retry-After", "X-Request-Id", "Location", "WWW-Authenticate"]
    )
    func ordinaryHeaders(name: String) {
        #expect(!SensitiveHeaders.contains(name))
    }
}
