import Foundation
import Testing

/// Thousands of small hostile worlds, each the same whenever its seed is.
///
/// `POSTBACK_SIMULATION_WORLDS` says how many (300), `POSTBACK_SIMULATION_FIRST` with which seed to begin (0),
/// `POSTBACK_SIMULATION_SEED` runs one again and prints its story.
@Suite("In a simulated world")
struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let worlds = environment["POSTBACK_SIMULATION_WORLDS"].flatMap { UInt64($0) } ?? 300
    private static let first = environment["POSTBACK_SIMULATION_FIRST"].flatMap { UInt64($0) } ?? 0
    private static let only = environment["POSTBACK_SIMULATION_SEED"].flatMap { UInt64($0) }
    private static let shares: UInt64 = 4

    @Test("nothing is lost, doubled, crowded or starved", arguments: 0..<shares)
    func invariants(share: UInt64) {
        if let only = Self.only {
            if share == 0 { Self.run(seed: only, storyLength: 100_000) }
            return
        }
        let seeds = stride(from: Self.first + share, to: Self.first + Self.worlds, by: Int(Self.shares))
        for seed in seeds { Self.run(seed: seed, storyLength: 60) }
    }

    @Test("the same seed tells the same story")
    func repeatable() {
        for seed: UInt64 in [3, 14, 15, 92] {
            var (first, second) = (SimulatedWorld(seed: seed), SimulatedWorld(seed: seed))
            _ = try? first.run()
            _ = try? second.run()
            #expect(first.story.text == second.story.text)
            #expect(first.now == second.now)
        }
    }

    private static func run(seed: UInt64, storyLength: Int) {
        var world = SimulatedWorld(seed: seed, storyLength: storyLength)
        do {
            try world.run()
            if only != nil { print(world.story.text) }
        } catch {
            Issue.record(
                """
                World \(seed), after \(world.now) ms: \(error)
                \(world.story.text)
                Again with POSTBACK_SIMULATION_SEED=\(seed)
                """
            )
        }
    }
}
