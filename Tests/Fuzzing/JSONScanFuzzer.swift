package import Deliveries

/// The scanner of `data`: takes what Foundation takes, and knows the same members.
package struct JSONScanFuzzer: Fuzzer {
    package let name = "json-scan"

    package let seeds = [
        "{}", #"{"a":1}"#, #"{"job_id":"7","status":"x","type":"y","timestamp":"z","event_id":"w"}"#,
        #" { "nested" : { "list" : [ 1 , -2.5e3 , 0.1E-7 , true , false , null , "é\u00e9\n\"\\\/" ] } , "b" : [ ] } "#,
        #"{"\u0074ype":1,"stat\u0075s":[[[[{"deep":[]}]]]],"same":1,"same":2}"#,
        #"{"big":123456789012345678901234567890,"exact":0.1000000000000000055511151231257827,"zero":-0,"e":1e5}"#,
        #"{"emoji":"😀","pair":"\ud83d\ude00","nul":"\u0000","":""}"#,
        #"{"list":[{"a":1},{"b":[2,3]},[],{},"",0]}"#,
    ].map { Array($0.utf8) }

    package let tokens =
        [
            "{", "}", "[", "]", ",", ",}", ",]", ":", "\"", "\\", "\\u", "\\u0000", "\\ud800", "true", "false", "null",
            "-",
            "1e5",
            "0.", ".5",
            "01", "//", "/**/", "NaN", "Infinity", "'", #""type":"#, #""\u0074ype":1,"#, "[[[[[[[[", "{\"a\":", "\t",
            "\u{B}", "\u{A0}",
        ].map { Array($0.utf8) } + Self.brokenUTF8

    /// A surrogate, overlong forms, more than U+10FFFF, an end in the middle, a byte that begins nothing.
    private static let brokenUTF8: [[UInt8]] = [
        [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xE0, 0x9F, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
        [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80], [0x80],
    ]

    /// Makes an object of bytes.
    package typealias Scan = @Sendable ([UInt8]) throws(JSONScanError) -> JSONObjectBytes
    private let scan: Scan

    /// Makes the fuzzer; a test of it puts a faulty scanner in the place of the true one.
    package init(scan: @escaping Scan = { bytes throws(JSONScanError) in try JSONObjectBytes(bytes) }) {
        self.scan = scan
    }

    package func check(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let reference = ReferenceJSON(input)
        let object: JSONObjectBytes
        do throws(JSONScanError) {
            object = try scan(input)
        } catch {
            guard (0...input.count).contains(error.offset) else { throw FuzzFinding("an offset outside: \(error)") }
            guard !reference.isComparable || reference.object == nil else {
                throw FuzzFinding("refused (\(error)) although Foundation takes it")
            }
            return false
        }
        guard !reference.hasCommaAtEnd else {
            throw FuzzFinding("taken although a comma stands behind the last member")
        }
        guard String(validating: input, as: UTF8.self) != nil else {
            throw FuzzFinding("taken although it is not UTF-8")
        }
        try checkAgain(object)
        if reference.isComparable {
            guard let members = reference.object else { throw FuzzFinding("taken although Foundation refuses it") }
            try checkMembers(of: object, members)
        }
        return true
    }

    /// The object alone, without the space around it, is the same object.
    private func checkAgain(_ object: JSONObjectBytes) throws(FuzzFinding) {
        guard let again = try? JSONObjectBytes(object.bytes), again == object else {
            throw FuzzFinding("read again it is another object")
        }
    }

    private func checkMembers(of object: JSONObjectBytes, _ members: [String: Any]) throws(FuzzFinding) {
        for name: StaticString in ["event_id", "type", "timestamp", "job_id", "status"] {
            guard object.members.contains(where: { object.isNamed($0, name) }) == (members["\(name)"] != nil) else {
                throw FuzzFinding("does not agree with Foundation on whether there is a member \(name)")
            }
        }
        for member in object.members.prefix(16) {
            let alone = [UInt8(ascii: "{")] + object.bytes[member.whole] + [UInt8(ascii: "}")]
            guard ReferenceJSON(alone).object?.count == 1 else { throw FuzzFinding("a member does not stand alone") }
        }
        guard members.isEmpty == object.members.isEmpty, members.count <= object.members.count else {
            throw FuzzFinding("found \(object.members.count) members, Foundation \(members.count)")
        }
    }
}
