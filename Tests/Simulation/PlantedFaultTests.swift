import SimulatedWorld
import Testing

/// Faults that are planted in the world round the dispatcher, to see that the simulation would find one inside it.
@Suite("A fault that is planted")
struct PlantedFaultTests {
    @Test("is found, happens again in the same step, and is told in a short story", arguments: Fault.allCases)
    func isFound(fault: Fault) async throws {
        let search = WorldSearch(seeds: 0..<3_000, workers: 2, fault: fault)
        let seed = try #require(await search.run())
        let world = try #require(FailedWorld(seed: seed, fault: fault))

        var again = SimulatedWorld(WorldPlan(seed: seed), fault: fault)
        let verdict = again.run()
        #expect(verdict.violation?.rule == world.violation.rule)
        #expect(verdict.violation?.description == world.violation.description)
        #expect(verdict.steps == world.verdict.steps)
        #expect(verdict.endedAt == world.verdict.endedAt)

        #expect(world.shrunkVerdict.violation?.rule == world.violation.rule)
        let lines = world.shrunkVerdict.story.text.split(separator: "\n").count
        #expect(lines <= 40, "\(lines) lines")

        var healthy = SimulatedWorld(WorldPlan(seed: seed))
        #expect(healthy.run().violation == nil)
    }
}
