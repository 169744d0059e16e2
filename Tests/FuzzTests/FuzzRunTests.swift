import Fuzzing
import Testing

@Suite("A fuzz run") struct FuzzRunTests {
    @Test("makes the same inputs of the same seed, each without those before it")
    func repeats() {
        let first = FuzzRun(PlantedFault(), seed: 7)
        let second = FuzzRun(PlantedFault(), seed: 7)
        let inputs = (0..<200).map { first.input($0) }
        #expect((0..<200).reversed().map { second.input($0) } == inputs.reversed())
        #expect(Set(inputs).count > 150)
        #expect((100..<200).map { FuzzRun(PlantedFault(), seed: 8).input($0) } != Array(inputs[100...]))
    }

    @Test("finds a planted fault, deletes what it does not need, and finds it again by its number")
    func finds() throws {
        let run = FuzzRun(PlantedFault(), seed: 1)
        let failure = try #require(run.run(0..<100_000).failure)
        #expect(failure.input == Array("!?".utf8))
        #expect(failure.description.contains(#"input: "!?""#))
        #expect(run.run([failure.number]).failure == failure)
    }

    @Test("tells each number before its input is tried, and ends when it is told to")
    func announces() {
        var told: [Int] = []
        let report = FuzzRun(PlantedFault(), seed: 1).run(0..., before: { told.append($0) }, while: { told.count < 3 })
        #expect(told == [0, 1, 2])
        #expect(report.inputs == 3)
    }

    @Test("shows bytes as a literal")
    func literal() {
        #expect(escaped([0x61, 0x22, 0x5C, 0x0A, 0x00, 0xFF]) == #""a\"\\\n\x00\xff""#)
    }
}
