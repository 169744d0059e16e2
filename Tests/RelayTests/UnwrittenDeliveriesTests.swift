import Deliveries
import Ledger
import Testing

@testable import Relay

/// New deliveries wait for their first result, though not for long.
@Suite struct UnwrittenDeliveriesTests {
    private let start = ContinuousClock.now
    private var unwritten = UnwrittenDeliveries(patience: .milliseconds(100))

    private func deliveries(_ numbers: ClosedRange<Int64>) throws -> [NewDelivery] {
        let destination = try TestRelay.route(success: "http://receiver.example/").success
        return numbers.map { NewDelivery.sample($0, to: destination, at: Timestamp(milliseconds: 0)) }
    }

    private func numbers(_ deliveries: [NewDelivery]) -> [Int64] { deliveries.map(\.id.rawValue) }

    @Test("Those that are asked for are taken once, others are not known")
    mutating func takes() throws {
        unwritten.add(try deliveries(1...3), at: start)
        let ids = [3, 1, 9].map { DeliveryID(rawValue: $0) }
        let first = unwritten.take(ids)
        let second = unwritten.take(ids)
        #expect(numbers(first) == [3, 1])
        #expect(second.isEmpty)
        #expect(unwritten.nextDeadline != nil)
    }

    @Test("Those that have waited long enough are taken, in the order in which they came")
    mutating func overdue() throws {
        unwritten.add(try deliveries(1...3), at: start)
        unwritten.add(try deliveries(4...5), at: start + .milliseconds(50))
        _ = unwritten.take([DeliveryID(rawValue: 1)])
        #expect(unwritten.nextDeadline == start + .milliseconds(100))
        let early = unwritten.takeOverdue(at: start + .milliseconds(99))
        #expect(early.isEmpty)
        let due = unwritten.takeOverdue(at: start + .milliseconds(100))
        #expect(numbers(due) == [2, 3])
        #expect(unwritten.nextDeadline == start + .milliseconds(150))
        let rest = unwritten.takeAll()
        #expect(numbers(rest) == [4, 5])
        #expect(unwritten.nextDeadline == nil)
    }
}
