import Testing

@testable import Deliveries

@Suite("Trust in a clock")
struct ClockTrustTests {
    private static let hour: Int64 = 3_600_000

    private static func doubt(_ trust: inout ClockTrust, wall: Int64, monotonic: Int64) -> Int64? {
        trust.doubt(wall: Timestamp(milliseconds: wall), monotonic: monotonic)
    }

    @Test("a clock that goes on, drifts a little or is set back is believed")
    func believed() {
        var trust = ClockTrust(wall: Timestamp(milliseconds: 1_000), monotonic: 5)
        #expect(Self.doubt(&trust, wall: 601_000, monotonic: 600_005) == nil)
        #expect(Self.doubt(&trust, wall: 601_000 + Self.hour - 1, monotonic: 600_005) == nil)
        #expect(Self.doubt(&trust, wall: 0, monotonic: 600_005) == nil)
    }

    @Test("one that was set forward is not, until it is right again, and then it is at once")
    func setForward() {
        var trust = ClockTrust(wall: Timestamp(milliseconds: 0), monotonic: 0)
        let jump = 60 * 24 * Self.hour
        for round in Int64(1)...20 {
            let now = round * 600_000
            #expect(Self.doubt(&trust, wall: now + jump, monotonic: now) == jump)
        }
        #expect(Self.doubt(&trust, wall: 12_600_000, monotonic: 12_600_000) == nil)
        #expect(Self.doubt(&trust, wall: 13_200_000 + jump, monotonic: 13_200_000) == jump)
    }

    @Test("one that stays ahead for a day is right, and is held to that from then on")
    func staysAhead() {
        var trust = ClockTrust(wall: Timestamp(milliseconds: 0), monotonic: 0)
        let jump = 60 * 24 * Self.hour
        #expect(Self.doubt(&trust, wall: Self.hour + jump, monotonic: Self.hour) == jump)
        #expect(Self.doubt(&trust, wall: 25 * Self.hour - 1 + jump, monotonic: 25 * Self.hour - 1) == jump)
        #expect(Self.doubt(&trust, wall: 25 * Self.hour + jump, monotonic: 25 * Self.hour) == nil)
        #expect(Self.doubt(&trust, wall: 26 * Self.hour + jump, monotonic: 26 * Self.hour) == nil)
        #expect(Self.doubt(&trust, wall: 27 * Self.hour + 2 * jump, monotonic: 27 * Self.hour) == jump)
    }
}
