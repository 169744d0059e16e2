import Testing

@testable import Deliveries

@Suite("The health window")
struct HealthWindowTests {
    @Test("asks for suspension after ten failures in a row, not nine")
    func inARow() {
        var window = HealthWindow()
        for _ in 0..<9 { window.note(success: false) }
        #expect(window.reasonToSuspend == nil)
        window.note(success: true)
        for _ in 0..<9 { window.note(success: false) }
        #expect(window.reasonToSuspend == nil)
        window.note(success: false)
        #expect(window.reasonToSuspend == "10 failures in a row")
    }

    @Test("asks for suspension when half of the last hundred failed")
    func halfOfTheLast() {
        var window = HealthWindow()
        for index in 0..<98 { window.note(success: index % 2 == 0) }
        #expect(window.reasonToSuspend == nil)
        window.note(success: true)
        window.note(success: false)
        #expect(window.reasonToSuspend == "50 of the last 100 attempts failed")
        window.note(success: true)
        #expect(window.reasonToSuspend == "50 of the last 100 attempts failed")
        window.note(success: true)
        #expect(window.reasonToSuspend == nil)
    }

    @Test("remembers exactly the last hundred")
    func remembers() {
        var window = HealthWindow()
        var signs: [Bool] = []
        var random = SeededGenerator(seed: 100)
        for _ in 0..<5_000 {
            let success = Int.random(in: 0..<100, using: &random) < 55
            window.note(success: success)
            signs.append(success)
            let failures = signs.suffix(100).count { !$0 }
            let inARow = signs.reversed().prefix { !$0 }.count
            #expect(window.consecutiveFailures == inARow)
            #expect((window.reasonToSuspend != nil) == (failures >= 50 || inARow >= 10))
        }
    }
}
