import ArgumentParser
import Foundation
import Fuzzing

/// Goes on fuzzing for as long as it is told.
@main struct FuzzCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Gives the parsers input that nobody meant them to have.",
        discussion: """
            Targets: \(AllFuzzers.list.map(\.name).joined(separator: ", ")).

            A run repeats with its seed. An input that is answered wrongly is shown, shortened, with the number that brings it \
            back. If the process ends, the number of the input it was at stands in fuzz-TARGET.txt in the directory of temporary files.
            """
    )

    @Argument(help: "One target, or all.")
    var target: String

    @Option(help: "How long each target is fuzzed.")
    var seconds: Int = 60

    @Option(help: "The seed; default: another one each time.")
    var seed: UInt64 = .random(in: 0...UInt64(UInt32.max))

    @Option(help: "Try only the input with this number.")
    var only: Int?

    func validate() throws {
        guard target == "all" || AllFuzzers.list.contains(where: { $0.name == target }) else {
            throw ValidationError("There is no target \(target).")
        }
        guard (1...604_800).contains(seconds) else { throw ValidationError("--seconds takes 1 to 604800.") }
        guard (only ?? 0) >= 0 else { throw ValidationError("--only takes the number of an input.") }
    }

    func run() throws {
        var hasFailed = false
        for fuzzer in AllFuzzers.list where target == "all" || fuzzer.name == target {
            let report = try fuzz(fuzzer)
            print(
                "\(fuzzer.name): seed \(seed), \(report.inputs) inputs, \(report.accepted) taken,"
                    + " \(report.failure == nil ? "nothing found" : "a fault found")"
            )
            if let failure = report.failure { print(failure) }
            hasFailed = hasFailed || report.failure != nil
        }
        if hasFailed { throw ExitCode.failure }
    }

    private func fuzz(_ fuzzer: any Fuzzer) throws -> FuzzReport {
        let run = FuzzRun(fuzzer, seed: seed)
        if let only {
            print("\(fuzzer.name): \(escaped(run.input(only)))")
            return run.run([only])
        }
        let journal = try NumberJournal(fuzzer.name)
        let end = ContinuousClock.now + .seconds(seconds)
        let report = run.run(0..., before: { journal.write($0) }, while: { ContinuousClock.now < end })
        journal.remove()
        return report
    }
}
