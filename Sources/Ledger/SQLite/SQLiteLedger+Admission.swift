import Deliveries
import FaultPoints
import GRDB

extension SQLiteLedger {
    package func admit(_ requests: [AdmissionRequest]) async throws(LedgerError) -> [Admission] {
        guard !requests.isEmpty else { return [] }
        return try await write { db in
            var intake = try Intake(db)
            let admissions = try requests.map { try intake.admit($0) }
            try intake.finish()
            FaultPoint.intakeCommitting.reached()
            return admissions
        }
    }

    package func known(_ deliveries: [NewDelivery]) async throws(LedgerError) -> [KnownIDs] {
        guard !deliveries.isEmpty else { return [] }
        return try await read { db in
            let find = try db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM events WHERE id = ?), EXISTS (SELECT 1 FROM deliveries WHERE id = ?)"
            )
            return try deliveries.map { delivery in
                let found = try find.first([.text(delivery.eventID), .id(delivery.id)]) {
                    KnownIDs(event: try $0.flag(), delivery: try $0.flag())
                }
                return found ?? KnownIDs(event: false, delivery: false)
            }
        }
    }
}

/// Admits requests within one transaction.
struct Intake {
    private let db: Database
    private let insertEvent: Statement
    private let insertDelivery: Statement
    private let fingerprint: Statement
    private var tally = StatusTally()

    init(_ db: Database) throws {
        self.db = db
        insertEvent = try db.cachedStatement(
            sql: """
                INSERT INTO events (id, fingerprint, traceparent, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                """
        )
        insertDelivery = try db.cachedStatement(
            sql: """
                INSERT INTO deliveries (
                  id, event, status, destination, attempts, next_attempt_at, ended_at, oldest_attempt_at, last_outcome,
                  last_status_code, last_error, published_at, received_at, event_id, type, tenant, job_id, product_id, queue,
                  route, url
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        fingerprint = try db.cachedStatement(sql: "SELECT fingerprint FROM events WHERE id = ?")
    }

    mutating func admit(_ request: AdmissionRequest) throws -> Admission {
        switch request {
        case .delivery(let delivery):
            return try admit(delivery)
        case .quarantine(let entry):
            try quarantine(entry)
            return .quarantined
        }
    }

    /// Adds a delivery, or puts it into the quarantine when its event's id is taken by another event.
    ///
    /// - Parameter end: the attempt that ended it before it was written, and the status it has by that; it is recorded beside this.
    mutating func admit(_ delivery: NewDelivery, endedBy end: (attempt: Attempt, status: DeliveryStatus)? = nil) throws
        -> Admission
    {
        let admission = try add(delivery, endedBy: end)
        if admission == .conflict { try quarantine(.conflict(of: delivery)) }
        return admission
    }

    /// Adds an event with its delivery, unless its id is taken. The unique index decides, so that the common case
    /// needs no look before the leap.
    mutating func add(_ delivery: NewDelivery, endedBy end: (attempt: Attempt, status: DeliveryStatus)? = nil) throws
        -> Admission
    {
        try insertEvent.run([
            .text(delivery.eventID), .blob(delivery.fingerprint), .text(delivery.traceparent), .blob(delivery.body),
        ])
        guard db.changesCount == 1 else {
            let known = try fingerprint.first([.text(delivery.eventID)]) { try $0.bytes() }
            return known == delivery.fingerprint ? .duplicate : .conflict
        }
        let attempt = end?.attempt
        try insertDelivery.run([
            .id(delivery.id), .integer(db.lastInsertedRowID), .word(end?.status ?? .pending),
            .text(delivery.destination),
            .integer(attempt?.number ?? 0), .time(end == nil ? delivery.receivedAt : nil), .time(attempt?.endedAt),
            .time(attempt?.startedAt), .word(attempt?.outcome), .integer(attempt?.answer.statusCode),
            .text(attempt?.answer.errorText), .time(delivery.publishedAt), .time(delivery.receivedAt),
            .text(delivery.eventID), .text(delivery.type), .text(delivery.tenant), .text(delivery.jobID),
            .text(delivery.productID),
            .text(delivery.queue), .text(delivery.route), .text(delivery.url),
        ])
        tally.added(to: delivery.destination, url: delivery.url, as: end?.status ?? .pending)
        return .admitted
    }

    /// Adds an entry, unless it is there: told by its id *and* its fields, because Redis hands out the same ids again
    /// after a flush.
    private func quarantine(_ entry: NewQuarantineEntry) throws {
        let fields = StoredFields.encode(entry.source.fields)
        try db.cachedStatement(
            sql: """
                INSERT INTO quarantine (entry_id, field, reason, received_at, fields)
                SELECT ?1, ?2, ?3, ?4, ?5
                WHERE NOT EXISTS (SELECT 1 FROM quarantine WHERE entry_id = ?1 AND fields = ?5)
                """
        )
        .run([
            .text(entry.source.entryID), .text(entry.field), .text(entry.reason), .time(entry.receivedAt),
            .blob(fields),
        ])
    }

    /// Writes what the requests add up to.
    func finish() throws {
        try tally.write(to: db)
    }
}

extension NewQuarantineEntry {
    /// The entry of a delivery whose event id is taken by an event of other content.
    static func conflict(of delivery: NewDelivery) -> NewQuarantineEntry {
        NewQuarantineEntry(
            source: delivery.source,
            field: "conflict",
            reason: "an event with this id and other content is in the ledger",
            receivedAt: delivery.receivedAt
        )
    }
}
