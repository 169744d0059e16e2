import Deliveries
import RedisClient
import Testing

@testable import JobQueue

@Suite("The line of submissions")
struct SubmissionLineTests {
    private typealias Line = SubmissionLine<Int>

    private func item(
        _ number: Int,
        id: JobID = JobID(),
        key: String? = nil,
        bytes: Int = 10,
        at time: ContinuousClock.Instant = .now
    ) -> Line.Item {
        let submission = JobSubmission(
            id: id,
            payload: [],
            createdAt: Timestamp(milliseconds: 1),
            idempotency: key.map { IdempotencyKey(key: $0, fingerprint: []) }
        )
        let arguments = RedisArguments(String(repeating: "x", count: bytes))
        return Line.Item(submission: submission, arguments: arguments, enteredAt: time, waiter: number)
    }

    @Test("one alone goes at once, and those that come meanwhile go together, in order")
    func together() {
        var line = Line()
        #expect(line.enter(item(1))?.map(\.waiter) == [1])
        #expect(line.enter(item(2)) == nil)
        #expect(line.enter(item(3)) == nil)
        #expect(line.next().map(\.waiter) == [2, 3])
        #expect(line.enter(item(4)) == nil)
        #expect(line.next().map(\.waiter) == [4])
        #expect(line.next().isEmpty)
        #expect(line.enter(item(5))?.map(\.waiter) == [5])
    }

    @Test("no job and no idempotency key comes twice in a group")
    func distinct() {
        var line = Line()
        let id = JobID()
        _ = line.enter(item(0))
        for next in [item(1, id: id), item(2, key: "a"), item(3, id: id), item(4, key: "a"), item(5, key: "b")] {
            #expect(line.enter(next) == nil)
        }
        #expect(line.next().map(\.waiter) == [1, 2])
        #expect(line.next().map(\.waiter) == [3, 4, 5])
    }

    @Test("a group is bounded in number and in bytes, but what is too large for any goes alone")
    func bounds() {
        var line = Line()
        _ = line.enter(item(0))
        for number in 1...40 { _ = line.enter(item(number)) }
        #expect(line.next().map(\.waiter) == Array(1...32))
        #expect(line.next().map(\.waiter) == Array(33...40))
        for number in 1...3 { _ = line.enter(item(number, bytes: 600 << 10)) }
        _ = line.enter(item(4, bytes: 2 << 20))
        #expect((1...4).map { _ in line.next().map(\.waiter) } == [[1], [2], [3], [4]])
    }

    @Test("those that were given up go first again, and are known to have been sent")
    func putBack() {
        var line = Line()
        _ = line.enter(item(0))
        for number in 1...4 { _ = line.enter(item(number)) }
        let group = line.next()
        _ = line.enter(item(5))
        line.putBack(group.dropFirst())
        let again = line.next()
        #expect(again.map(\.waiter) == [2, 3, 4, 5])
        #expect(again.map(\.wasSent) == [true, true, true, false])
    }

    @Test("those that have waited for too long leave, unless they may be in Redis already")
    func tooLate() {
        let start = ContinuousClock.now
        var line = Line()
        _ = line.enter(item(0))
        for number in 1...4 { _ = line.enter(item(number, at: start + .seconds(number))) }
        let group = line.next()
        _ = line.enter(item(5, at: start + .seconds(5)))
        _ = line.enter(item(6, at: start + .seconds(6)))
        line.putBack(group.suffix(2))
        #expect(line.leave(enteredBefore: start + .seconds(3)).isEmpty)
        #expect(line.leave(enteredBefore: start + .seconds(6)).map(\.waiter) == [5])
        #expect(line.next().map(\.waiter) == [3, 4, 6])
    }

    @Test("when all leave, the line is as new once the sender is done")
    func leave() {
        var line = Line()
        _ = line.enter(item(0))
        for number in 1...3 { _ = line.enter(item(number)) }
        #expect(line.leave().map(\.waiter) == [1, 2, 3])
        #expect(line.next().isEmpty)
        #expect(line.enter(item(4))?.map(\.waiter) == [4])
    }
}
