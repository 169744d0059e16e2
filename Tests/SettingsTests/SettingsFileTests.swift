import Foundation
import Testing

@testable import Settings

@Suite struct SettingsFileTests {
    @Test(arguments: [
        ("events: {batch: 1, batch: 2}", ":1: the key that stands here is repeated in the same mapping"),
        ("events:\n  batch: 1\n  group: x\n  batch: 2", ":2: the key that stands here is repeated in the same mapping"),
        ("events:\n  batch: 1\nevents:\n  group: x", ":1: the key that stands here is repeated in the same mapping"),
        ("events: {\n", ":2: is not valid YAML: did not find expected node content"),
        ("events:\n\tbatch: 1", ":2: is not valid YAML: found character that cannot start any token"),
        (
            "routes:\n- match:\n    type: *",
            ":3: is not valid YAML: did not find expected alphabetic or numeric character"
        ),
        ("events: *nowhere", ":1: is not valid YAML: found undefined alias"),
        ("events: &x [*x]", ":1: is not valid YAML: found undefined alias"),
        ("a: b\n---\nc: d", ":2: is not valid YAML: but found another document"),
        ("events: \"\u{1}\"", ":1: is not valid YAML: control characters are not allowed"),
    ])
    func `what is not YAML is refused with its line`(yaml: String, line: String) throws {
        #expect(try Fixture.refusals(yaml) == ["postback.yaml\(line)"])
    }

    @Test func `a file that is not there, not a file or not text is refused`() throws {
        try Fixture.withDirectory { directory in
            let missing = directory.appendingPathComponent("missing.yaml").path
            #expect(
                throws: SettingsErrors(problems: [SettingsProblem(file: missing, path: "", message: "does not exist")])
            ) {
                try SettingsLoader.load(file: missing, environment: [:])
            }
            #expect(
                throws: SettingsErrors(problems: [
                    SettingsProblem(file: directory.path, path: "", message: "cannot be read")
                ])
            ) {
                try SettingsLoader.load(file: directory.path, environment: [:])
            }
        }
        #expect(try Fixture.refusals(Data([0x61, 0xFF, 0xFE])) == ["postback.yaml: is not UTF-8 text"])
    }

    @Test func `a file of one mebibyte is read, and not a byte more`() throws {
        let limit = SettingsFile.sizeLimit
        let full = "events: {batch: 7}\n#" + String(repeating: "x", count: limit - 21) + "\n"
        #expect(full.utf8.count == limit)
        #expect(try Fixture.load(full).events.batch == 7)
        #expect(try Fixture.refusals(full + "\n") == ["postback.yaml: is larger than 1048576 bytes"])
    }

    /// Ten levels of ten aliases each: ten thousand million leaves if they were ever counted.
    private static func bomb(_ level: (Int) -> String) -> String {
        "a0: &a0 [x]\n" + (1...10).map { "a\($0): &a\($0) \(level($0 - 1))\n" }.joined()
    }

    @Test(.timeLimit(.minutes(1)))
    func `nests of aliases cost nothing`() throws {
        let list = { (inner: Int) in "[" + Array(repeating: "*a\(inner)", count: 10).joined(separator: ",") + "]" }
        let values = Self.bomb(list)
        #expect(try Fixture.refusals(values).count == 11)
        #expect(try Fixture.refusals(values + "routes: *a10\n").count == 21)
        let refusal = ["postback.yaml: has lists or mappings as keys, which no setting needs"]
        for key in [
            "? *a10\n: x\n", "*a10 : x\n", "{*a10 : x}\n", "[*a10]: x\n", "{a: *a10}: x\n", "b: {? *a10 : x}\n",
            "- ? *a10\n",
        ] {
            #expect(try Fixture.refusals(values + key) == refusal)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a list of many aliases is bounded`() throws {
        let bad = "&bad {" + (0..<500).map { "k\($0): 1" }.joined(separator: ", ") + "}"
        let yaml = "routes: [\(bad)" + String(repeating: ", *bad", count: 900) + "]"
        #expect(try Fixture.refusals(yaml).count == 200)
        let many = "routes: [\(bad)" + String(repeating: ", *bad", count: 1000) + "]"
        #expect(try Fixture.refusals(many) == ["postback.yaml:1: routes: has 1001 entries, 1000 are the most"])
    }

    @Test(.timeLimit(.minutes(1)))
    func `deep nesting is refused by the parser, also on a small stack`() async throws {
        let lines = try await Task { () async throws in
            let deep = String(repeating: "[", count: 100_000)
            return try Fixture.refusals(deep) + Fixture.refusals("a: " + String(repeating: "{a: ", count: 990))
        }.value
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.contains("is not valid YAML") })
        let allowed = String(repeating: "[", count: 990) + String(repeating: "]", count: 990)
        #expect(try Fixture.refusals("events: " + allowed).count == 1)
    }
}
