import Testing

@testable import Deliveries

@Suite("An HTTP date")
struct HTTPDateTests {
    @Test(
        "is read in all three forms",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777_000),
            ("Sun Nov  6 08:49:37 1994", 784_111_777_000),
            ("Wed Nov 16 08:49:37 1994", 784_975_777_000),
            ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800_000),
            ("Friday, 01-Jan-38 00:00:00 GMT", 2_145_916_800_000),
            ("Thursday, 01-Jan-70 00:00:00 GMT", 0),
        ]
    )
    func reads(text: String, milliseconds: Int64) {
        #expect(Timestamp(httpDate: text)?.milliseconds == milliseconds)
    }

    @Test(
        "is refused when it is anything else",
        arguments: [
            "", " ", "tomorrow", "GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT GMT",
            "Sun, 29 Feb 2023 00:00:00 GMT", "Sun, 06 Nov 1994 08:49:37Z GMT", "Sun, ٦ Nov 1994 08:49:37 GMT",
            "2024-01-15T10:05:00Z", "Sun, 9223372036854775808 Nov 1994 08:49:37 GMT",
        ]
    )
    func refuses(text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }
}
