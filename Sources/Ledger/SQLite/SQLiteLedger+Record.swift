package import Deliveries
import FaultPoints
import GRDB

extension SQLiteLedger {
    package func record(_ results: [AttemptResult], admitting deliveries: [NewDelivery])
        async throws(LedgerError) -> [Admission]
    {
        guard !results.isEmpty || !deliveries.isEmpty else { return [] }
        return try await write { db in
            var intake = Intake(db)
            var recorder = try AttemptWriter(db)
            var ends: [DeliveryID: EndedAttempt] = [:]
            if !deliveries.isEmpty {
                for result in results {
                    if let end = result.firstAndLast { ends[end.attempt.delivery] = end }
                }
            }
            let admissions = try intake.admit(deliveries, ends: ends)
            var written: Set<DeliveryID> = []
            try recorder.recordEnds(
                zip(deliveries, admissions).compactMap { delivery, admission in
                    guard admission == .admitted, let end = ends[delivery.id] else { return nil }
                    written.insert(delivery.id)
                    return (end.attempt, delivery.destination)
                }
            )
            for result in results where result.firstAndLast == nil || !written.contains(result.attempt.delivery) {
                try recorder.record(result)
            }
            try intake.finish()
            try recorder.finish()
            FaultPoint.recorderCommitting.reached()
            return admissions
        }
    }
}

/// Records finished attempts within one transaction.
private struct AttemptWriter {
    private let db: Database
    private let find: Statement
    private let inserts: GroupedInsert
    private let end: Statement
    private let postpone: Statement
    private var statuses = StatusTally()
    private var latencies = LatencyTally()

    init(_ db: Database) throws {
        self.db = db
        find = try db.cachedStatement(
            sql: "SELECT status, destination, next_trigger, next_attempt_at FROM deliveries WHERE id = ?"
        )
        inserts = GroupedInsert(db, Self.insertSQL)
        end = try db.cachedStatement(sql: Self.endSQL)
        postpone = try db.cachedStatement(sql: Self.postponeSQL)
    }

    mutating func record(_ result: AttemptResult) throws {
        let attempt = result.attempt
        let found = try find.first([.id(attempt.delivery)]) {
            (try $0.word(DeliveryStatus.self), try $0.text(), try $0.word(AttemptTrigger.self), try $0.optionalTime())
        }
        // An attempt for a delivery that is gone has no place here; one that is recorded already changes nothing.
        guard let (status, destination, trigger, due) = found, try add(attempt) else { return }
        latencies.add(attempt, to: destination)

        // What was asked for after it had begun, or without its knowing, is still to be made. Who sent it knows, but for a moment; and a clock
        // that is set back by less than what moves due times must not make a replay's own attempt look like one from before it.
        let isBeforeReplay =
            trigger == .replay
            && (attempt.trigger == .scheduled || result.replayDueAt != nil
                || due.map { attempt.startedAt.advanced(byMilliseconds: Dispatcher.smallestStepBack) < $0 } ?? false)
        switch (status, result.next) {
        case (.pending, let next) where isBeforeReplay && next != .end(.delivered):
            try db.cachedStatement(sql: Self.noteSQL).run(last(attempt) + [.id(attempt.delivery)])
        case (.pending, .retry(let time, let progress)):
            try delay(attempt, until: time, progress)
        case (.pending, .end(let new)),
            (_, .end(let new)) where new == .delivered:
            guard new != .pending else {
                throw LedgerError(.internal, "an attempt cannot end its delivery as pending")
            }
            try end.run(last(attempt) + [.word(new), .time(attempt.endedAt), .id(attempt.delivery)])
            statuses.moved(at: destination, from: status, to: new)
        default:
            // It was ended by someone in the meantime, and stays so.
            try db.cachedStatement(sql: Self.noteSQL).run(last(attempt) + [.id(attempt.delivery)])
        }
    }

    /// Records the attempts that ended deliveries which were just put in, and whose rows say so already.
    mutating func recordEnds(_ ends: [(attempt: Attempt, destination: String)]) throws {
        try inserts.run(ends.count) { index, values in values += Self.values(of: ends[index].attempt) }
        for end in ends { latencies.add(end.attempt, to: end.destination) }
    }

    func finish() throws {
        try statuses.write(to: db)
        try latencies.write(to: db)
    }

    /// - Returns: whether it was new.
    private func add(_ attempt: Attempt) throws -> Bool {
        try inserts.run(1) { _, values in values += Self.values(of: attempt) }
        return db.changesCount == 1
    }

    private static func values(of attempt: Attempt) -> [StoredValue] {
        let answer = attempt.answer
        return [
            .id(attempt.delivery), .integer(attempt.number), .word(attempt.trigger), .text(attempt.requestedBy),
            .time(attempt.startedAt), .text(attempt.url), .word(attempt.outcome), .word(answer.failure),
            .text(answer.errorText), .flag(answer.requestWasSent), .integer(answer.statusCode),
            .blob(StoredFields.encode(answer.headers)), .blob(answer.body), .flag(answer.bodyWasTruncated),
            .text(answer.remoteAddress), .real(answer.times.dns), .real(answer.times.connect), .real(answer.times.tls),
            .real(answer.times.firstByte), .real(answer.times.storedTotal),
        ]
    }

    private func delay(_ attempt: Attempt, until time: Timestamp, _ progress: DeliveryProgress) throws {
        try postpone.run(
            last(attempt) + [
                .time(time), .integer(progress.step), .time(progress.notReadySince), .integer(progress.notReadyTries),
                .word(progress.trigger), .text(progress.requestedBy), .id(attempt.delivery),
            ]
        )
    }

    /// What a delivery shows of its latest attempt: the arguments of ``lastSQL``.
    private func last(_ attempt: Attempt) -> [StoredValue] {
        [
            .integer(attempt.number), .time(attempt.startedAt), .word(attempt.outcome),
            .integer(attempt.answer.statusCode), .text(attempt.answer.errorText),
        ]
    }

    private static let insertSQL = GroupedInsert.SQL(
        into: "attempts",
        [
            "delivery", "number", "trigger", "requested_by", "started_at", "url", "outcome", "failure", "error",
            "request_was_sent", "status_code", "headers", "body", "body_was_truncated", "remote_address", "dns_ms",
            "connect_ms", "tls_ms", "first_byte_ms", "total_ms",
        ],
        ending: "ON CONFLICT (delivery, number) DO NOTHING"
    )

    private static let lastSQL = """
        attempts = max(attempts, ?), oldest_attempt_at = coalesce(oldest_attempt_at, ?), last_outcome = ?,
          last_status_code = ?, last_error = ?
        """

    private static let endSQL = """
        UPDATE deliveries SET \(lastSQL), status = ?, ended_at = ?, next_attempt_at = NULL, requested_by = NULL
        WHERE id = ?
        """

    private static let postponeSQL = """
        UPDATE deliveries SET \(lastSQL), next_attempt_at = ?, step = ?, not_ready_since = ?, not_ready_tries = ?,
          next_trigger = ?, requested_by = ?
        WHERE id = ?
        """

    private static let noteSQL = "UPDATE deliveries SET \(lastSQL) WHERE id = ?"
}

extension PhaseTimes {
    /// The total as a number that can be stored and added: not a number and less than nothing become 0.
    var storedTotal: Double { total.isFinite ? max(0, total) : 0 }
}

extension AttemptResult {
    /// Itself, if it ends its delivery with the first attempt.
    fileprivate var firstAndLast: EndedAttempt? {
        guard attempt.number == 1, case .end(let status) = next, status != .pending else { return nil }
        return EndedAttempt(attempt: attempt, status: status)
    }
}

extension Attempt {
    /// When it ended: its start and its total time, to the next whole millisecond.
    var endedAt: Timestamp {
        startedAt.advanced(byMilliseconds: Int64(min(answer.times.storedTotal.rounded(.up), 1e15)))
    }
}
