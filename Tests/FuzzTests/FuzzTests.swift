import Fuzzing
import Testing

/// A bounded number of inputs for each fuzzer, the same in every run. `swift run -c release fuzz all` goes on for longer.
@Suite("Fuzzed input") struct FuzzTests {
    /// How many inputs each gets: what costs more gets fewer.
    private static let counts = ["configuration": 600, "signature": 3000, "retry-after": 5000]

    @Test("is answered rightly", arguments: AllFuzzers.list.map(\.name))
    func bounded(name: String) throws {
        let fuzzer = try #require(AllFuzzers.list.first { $0.name == name })
        let report = FuzzRun(fuzzer, seed: 1).run(0..<(Self.counts[name] ?? 4000))
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
}
