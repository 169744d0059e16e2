import Testing

@testable import PDFWorker

@Suite struct DecimalNumberTests {
    @Test(arguments: [
        [
            "-1e400", "-12345678901234567890123.5", "-2", "-1.5", "-1e-400", "0", "1e-400", "0.1",
            "0.1000000000000000001", "1",
        ],
        ["9007199254740992", "9007199254740993", "10000000000000000.5", "1e17", "1e400", "1e99999999999999999999"],
    ])
    func `numbers are ordered by their exact value`(texts: [String]) throws {
        let numbers = try texts.map { try #require(DecimalNumber($0)) }
        for left in numbers.indices {
            for right in numbers.indices { #expect((numbers[left] < numbers[right]) == (left < right)) }
        }
    }

    @Test(arguments: [
        ["1", "1.0", "10e-1", "0.1e1", "1E0", "1e+0"], ["0", "-0", "0.00", "0e99"], ["-120", "-1.2e2"],
    ])
    func `a value is the same however it is written`(texts: [String]) throws {
        #expect(Set(try texts.map { try #require(DecimalNumber($0)) }).count == 1)
    }

    @Test(arguments: [
        ("1", true), ("1.0", true), ("1.5", false), ("10000000000000000.5", false), ("1e-400", false), ("1e400", true),
        ("15e-1", false), ("150e-1", true), ("0.0", true),
    ])
    func `a whole number has no fraction`(text: String, isWhole: Bool) throws {
        #expect(try #require(DecimalNumber(text)).isWhole == isWhole)
    }

    @Test(arguments: ["", "-", ".5", "1.", "1e", "1e+", "abc", "1e1.5", "0x10", "1 "])
    func `what is no number is none`(text: String) {
        #expect(DecimalNumber(text) == nil)
    }
}
