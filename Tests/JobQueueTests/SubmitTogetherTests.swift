import Deliveries
import RedisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import JobQueue

@Suite("Submitting many jobs at once")
struct SubmitTogetherTests {
    private func submission(_ change: (inout JobSubmission) -> Void = { _ in }) -> JobSubmission {
        var submission = JobSubmission(payload: Array(json: "{}"), createdAt: Timestamp(milliseconds: 1))
        change(&submission)
        return submission
    }

    /// Submits them in order while Redis executes nothing, so that all but the first wait, and then lets it.
    private func submitTogether(
        _ submissions: [JobSubmission],
        _ test: TestQueue
    ) async throws -> [Result<SubmitAnswer, any Error>] {
        _ = try await test.server.cli("CLIENT", "PAUSE", "60000", "WRITE")
        return try await withThrowingTaskGroup(of: (Int, Result<SubmitAnswer, any Error>).self) { group in
            for (index, submission) in submissions.enumerated() {
                group.addTask {
                    do { return (index, .success(try await test.queue.submit(submission))) } catch {
                        return (index, .failure(error))
                    }
                }
                try await test.untilLine { $0.isSending && $0.waiting.count == index }
            }
            _ = try await test.server.cli("CLIENT", "UNPAUSE")
            var results: [Int: Result<SubmitAnswer, any Error>] = [:]
            for try await (index, result) in group { results[index] = result }
            return submissions.indices.compactMap { results[$0] }
        }
    }

    @Test("each gets a place of its own, by its queue and priority, and few scripts do it")
    func places() async throws {
        try await TestQueue.run { test in
            let reports = try #require(QueueName("reports"))
            let given = (0..<40).map { number in
                submission {
                    $0.queue = number % 4 == 3 ? reports : .pdf
                    $0.priority = number % 2 == 0 ? .normal : .high
                    if number == 20 { $0.runAt = .distantFuture.advanced(byMilliseconds: -1 << 60) }
                }
            }
            // So that the server knows the script.
            try await test.submit { $0.queue = QueueName("other") ?? .pdf }
            let before = try await test.scripts()
            let results = try await submitTogether(given, test)
            // One alone, 32 together, and the rest.
            #expect(try await test.scripts() - before == 3)
            // As if they had come one by one.
            var high: [QueueName: Int] = [:]
            var all: [QueueName: Int] = [:]
            for (submission, result) in zip(given, results) {
                guard case .accepted(let record, let position) = try result.get() else {
                    throw Unexpected("not accepted")
                }
                #expect(try await test.queue.job(submission.id) == record)
                guard record.status == .queued else {
                    #expect(position == nil && record.runAt == submission.runAt && record.status == .scheduled)
                    continue
                }
                all[submission.queue, default: 0] += 1
                if submission.priority == .high { high[submission.queue, default: 0] += 1 }
                #expect(position == (submission.priority == .high ? high : all)[submission.queue])
            }
            #expect(try await test.streamLength() == 29)
            #expect(try await test.streamLength(reports) == 10)
            // In each stream they wait in the order in which they came, each under a number of its own.
            for level in ["high", "normal"] {
                let entries = try await test.entries(of: "postback:jobs:queue:pdf:\(level)")
                let wanted = given.filter { $0.queue == .pdf && $0.priority.rawValue == level && $0.runAt == nil }
                #expect(entries.map { $0["id"] } == wanted.map(\.id.text))
                #expect(entries.map { $0["sequence"] } == (1...wanted.count).map { String($0) })
            }
        }
    }

    @Test("a queue takes no more than it may, whoever comes together")
    func capacity() async throws {
        try await TestQueue.run({ $0.capacity = 7 }) { test in
            let results = try await submitTogether((0..<12).map { _ in submission() }, test)
            let isAccepted = try results.map { if case .accepted = try $0.get() { true } else { false } }
            #expect(isAccepted == (0..<12).map { $0 < 7 })
            #expect(try results.suffix(5).map { try $0.get() } == Array(repeating: .full(limit: 7), count: 5))
            #expect(try await test.streamLength() == 7)
        }
    }

    @Test("of the same idempotency key at the same moment one is taken, and the others are told of it")
    func idempotency() async throws {
        try await TestQueue.run { test in
            let given = (0..<6).map { number in
                submission { $0.idempotency = IdempotencyKey(key: "order 7", fingerprint: [number == 5 ? 2 : 1]) }
            }
            let results = try await submitTogether(given, test)
            guard case .accepted(let first, position: 1) = try results[0].get() else { throw Unexpected("not taken") }
            for result in results[1..<5] {
                guard case .repeated(let record) = try result.get() else { throw Unexpected("not repeated") }
                #expect(record.id == first.id)
            }
            #expect(try results[5].get() == .conflict(first.id))
            #expect(try await test.streamLength() == 1)
        }
    }

    @Test(
        "foreign data fails those that need it, and not the ones that came with them",
        arguments: [
            ["SET", "postback:jobs:queue:broken:high", "x"],
            ["HSET", "postback:jobs:queue:broken", "sequence:normal", "x"],
        ]
    )
    func foreignData(command: [String]) async throws {
        try await TestQueue.run { test in
            let broken = try #require(QueueName("broken"))
            _ = try await test.redis.send(RedisCommand(arguments: command.map { Array($0.utf8) }))
            let given = (0..<9).map { number in submission { $0.queue = number % 3 == 1 ? broken : .pdf } }
            let results = try await submitTogether(given, test)
            for (submission, result) in zip(given, results) {
                switch result {
                case .success(.accepted): #expect(submission.queue == .pdf)
                case .success(let answer): Issue.record("\(answer)")
                case .failure(let error):
                    #expect(submission.queue == broken && (error as? JobQueueError)?.isLasting == true)
                }
            }
            #expect(try await test.streamLength() == 6)
        }
    }

    @Test("whoever sends for others may be given up: theirs are taken once, and they are told so")
    func cancelled() async throws {
        try await TestQueue.run { test in
            // So that the server knows the script: what is given up is not sent again with its text.
            try await test.submit()
            let given = (0..<3).map { _ in submission { $0.payload = Array(repeating: 0x20, count: 4096) } }
            _ = try await test.server.cli("CLIENT", "PAUSE", "60000", "WRITE")
            var tasks: [Task<SubmitAnswer, any Error>] = []
            for (index, submission) in given.enumerated() {
                tasks.append(Task { try await test.queue.submit(submission) })
                try await test.untilLine { $0.isSending && $0.waiting.count == index }
            }
            // The first sends itself alone, the second then itself and the third. Each is given up once the server has what it sent.
            var received = 0
            for task in tasks.dropLast() {
                received = try await test.untilReceived(moreThan: received)
                task.cancel()
                await #expect(throws: JobQueueError.self) { try await task.value }
            }
            _ = try await test.server.cli("CLIENT", "UNPAUSE")
            guard case .accepted(let record, _) = try await tasks[2].value else { throw Unexpected("not accepted") }
            #expect(record.id == given[2].id)
            #expect(try await test.streamLength() == 4)
        }
    }

    // Each group waits 5 s for a connection: 22 of them in turn would not be done in time.
    @Test("while Redis is away, nobody waits for longer than one group does", .timeLimit(.minutes(1)))
    func unavailable() async throws {
        try await TestQueue.run { test in
            try await test.submit()
            await test.server.stop()
            await withTaskGroup(of: JobQueueError.Code?.self) { group in
                for _ in 0..<700 {
                    let submission = submission()
                    group.addTask {
                        do throws(JobQueueError) {
                            _ = try await test.queue.submit(submission)
                            return nil
                        } catch { return error.code }
                    }
                }
                for await code in group { #expect(code == .unavailable) }
            }
        }
    }
}

extension TestQueue {
    /// Waits until the line of submissions is as wanted.
    fileprivate func untilLine(_ isSo: (borrowing SubmissionLine<SubmissionWaiter>) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while !queue.submissions.withLock({ isSo($0) }) {
            guard ContinuousClock.now < deadline else { throw Unexpected("the line does not get there") }
            await Task.yield()
        }
    }

    /// Waits until the server has received more bytes of commands that it does not execute yet; how many.
    fileprivate func untilReceived(moreThan known: Int) async throws -> Int {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            let fields = try await server.cli("CLIENT", "LIST").split(whereSeparator: \.isWhitespace)
            // A command that is read and waits, and what is not read yet.
            let bytes = ["argv-mem=", "qbuf="].flatMap { name in
                fields.compactMap { $0.hasPrefix(name) ? Int($0.dropFirst(name.count)) : nil }
            }.reduce(0, +)
            if bytes > known + 4096 { return bytes }
        }
        throw Unexpected("nothing more comes")
    }

    /// How many scripts the server has run.
    fileprivate func scripts() async throws -> Int {
        let text = try await redis.send(RedisCommand("INFO", "commandstats")).string ?? ""
        let line = text.split(separator: "\r\n").first { $0.hasPrefix("cmdstat_evalsha:calls=") }
        return line.flatMap { Int($0.dropFirst(22).prefix { $0.isNumber }) } ?? 0
    }
}
