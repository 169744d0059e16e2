import ArgumentParser
import Foundation
import SimulatedWorld
import Synchronization

/// Runs simulated worlds, far more of them than the tests do.
@main
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs simulated worlds round the dispatcher and looks for one in which a promise is broken.",
        discussion:
            "Ends with 1 when there is one, with its seed, and makes it small. The same seed is always the same world."
    )

    @Option(help: "How many worlds.")
    var worlds: UInt64 = 100_000

    @Option(help: "The seed of the first world; the others follow it.")
    var first: UInt64 = 0

    @Option(help: "How many worlds at once; as many as there are cores if it is left out.")
    var jobs: Int?

    @Option(help: "Runs the world of this seed alone and tells its story.")
    var seed: UInt64?

    @Option(
        help:
            "Plants a fault in the worlds, to see that it is found: \(Fault.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var fault: Fault?

    func run() async throws {
        if let seed {
            try tell(seed)
        } else {
            try await search()
        }
    }

    private func tell(_ seed: UInt64) throws {
        let plan = WorldPlan(seed: seed)
        var world = SimulatedWorld(plan, fault: fault, storyLength: .max)
        let verdict = world.run()
        print(plan)
        print(verdict.story.text)
        guard let violation = verdict.violation else {
            print("Nothing went wrong in \(verdict.steps) steps and \(verdict.endedAt) ms.")
            return
        }
        print("Step \(verdict.steps), after \(verdict.endedAt) ms: \(violation)")
        throw ExitCode.failure
    }

    private func search() async throws {
        let (end, overflow) = first.addingReportingOverflow(worlds)
        guard !overflow else { throw ValidationError("There are no seeds above \(UInt64.max).") }
        let begun = ContinuousClock.now
        let progress = ProgressLine(of: worlds)
        let search = WorldSearch(
            seeds: first..<end,
            workers: jobs ?? ProcessInfo.processInfo.activeProcessorCount,
            fault: fault,
            progress: { progress.show($0) }
        )
        let failure = await search.run()
        progress.end()
        guard let failure else {
            let seconds = Double((ContinuousClock.now - begun).components.seconds)
            print("\(worlds) worlds from seed \(first) on in \(Int(seconds)) s: nothing went wrong.")
            return
        }
        if let world = FailedWorld(seed: failure, fault: fault) { print(world) }
        throw ExitCode.failure
    }
}

extension Fault: ExpressibleByArgument {}
