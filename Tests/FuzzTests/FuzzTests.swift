import Fuzzing
import Testing

/// A bounded number of inputs for each fuzzer, the same in every run. `swift run -c release fuzz all` goes on for longer.
@Suite("Fuzzed input") struct FuzzTests {
    /// How many inputs each gets: what costs more gets fewer.
    private static let counts = ["configuration": 600, "signature": 3000, "url": 20_000, "retry-after": 8000]

    private static func run(_ fuzzer: any Fuzzer) -> FuzzReport {
        FuzzRun(fuzzer, seed: 1).run(0..<(counts[fuzzer.name] ?? 5000))
    }

    @Test("is answered rightly", arguments: AllFuzzers.list.map(\.name))
    func bounded(name: String) throws {
        let report = Self.run(try #require(AllFuzzers.list.first { $0.name == name }))
        #expect(report.failure == nil, "\(report.failure?.description ?? "")")
        // Both answers have to come up, or the run shows half of the parser only.
        #expect(report.accepted >= report.inputs / 50)
        #expect(report.accepted < report.inputs)
    }

    @Test("is taken where it is as it should be", arguments: AllFuzzers.list.map(\.name))
    func seeds(name: String) throws {
        let fuzzer = try #require(AllFuzzers.list.first { $0.name == name })
        #expect(try fuzzer.check(#require(fuzzer.seeds.first)))
    }

    @Test("shows the fault of a faulty parser, within as many inputs", arguments: FaultyParser.allCases)
    func faults(faulty: FaultyParser) throws {
        let failure = try #require(Self.run(faulty.fuzzer).failure)
        #expect(failure.finding.description.hasPrefix(faulty.finding), "\(failure)")
    }
}
