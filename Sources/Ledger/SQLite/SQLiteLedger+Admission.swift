import Deliveries
import FaultPoints
import GRDB

extension SQLiteLedger {
    package func admit(_ requests: [AdmissionRequest]) async throws(LedgerError) -> [Admission] {
        guard !requests.isEmpty else { return [] }
        return try await write { db in
            var intake = Intake(db)
            let admissions = try intake.admit(requests)
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
    private let events: GroupedInsert
    private let deliveries: GroupedInsert
    private var tally = StatusTally()

    init(_ db: Database) {
        self.db = db
        events = GroupedInsert(db, Self.eventsSQL)
        deliveries = GroupedInsert(db, Self.deliveriesSQL)
    }

    mutating func admit(_ requests: [AdmissionRequest]) throws -> [Admission] {
        var admissions: [Admission] = []
        var gathered: [NewDelivery] = []
        for request in requests {
            switch request {
            case .delivery(let delivery):
                gathered.append(delivery)
            case .quarantine(let entry):
                admissions += try admit(gathered)
                gathered = []
                try quarantine(entry)
                admissions.append(.quarantined)
            }
        }
        return try admissions + admit(gathered)
    }

    /// Adds deliveries, and puts those into the quarantine whose event's id is taken by another event.
    ///
    /// - Parameter ends: the results that ended some before they were written; they are recorded beside this.
    mutating func admit(_ new: [NewDelivery], ends: [DeliveryID: EndedAttempt] = [:]) throws -> [Admission] {
        let admissions = try add(new, ends: ends)
        for (delivery, admission) in zip(new, admissions) where admission == .conflict {
            try quarantine(.conflict(of: delivery))
        }
        return admissions
    }

    /// Adds events with their deliveries, but for those whose id is taken. The unique index decides, so that the common case needs no
    /// look before the leap.
    mutating func add(_ new: [NewDelivery], ends: [DeliveryID: EndedAttempt] = [:]) throws -> [Admission] {
        var admissions = Array(repeating: Admission.admitted, count: new.count)
        try events.run(new.count) { index, values in
            let delivery = new[index]
            values += [
                .id(delivery.id), .text(delivery.eventID), .blob(delivery.fingerprint), .text(delivery.traceparent),
                .blob(delivery.body),
            ]
        } then: { group in
            if db.changesCount < group.count {
                var added: Set<DeliveryID> = []
                for index in group {
                    admissions[index] = try admission(of: new[index], &added)
                }
            }
            let fresh = group.filter { admissions[$0] == .admitted }
            try deliveries.run(fresh.count) { index, values in
                let delivery = new[fresh[index]]
                values += Self.values(of: delivery, endedBy: ends[delivery.id])
            }
            for index in fresh {
                let delivery = new[index]
                tally.added(to: delivery.destination, url: delivery.url, as: ends[delivery.id]?.status ?? .pending)
            }
        }
        return admissions
    }

    /// What became of one of several events of which not all were new. An event bears the number of its delivery, which is put in after
    /// it: one that has no delivery yet was put in a moment ago.
    ///
    /// - Parameter added: those of the same statement that were.
    private func admission(of delivery: NewDelivery, _ added: inout Set<DeliveryID>) throws -> Admission {
        let find = try db.cachedStatement(
            sql: """
                SELECT number, fingerprint, EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = events.number)
                FROM events WHERE id = ?
                """
        )
        let known = try find.first([.text(delivery.eventID)]) {
            (number: try $0.integer(), fingerprint: try $0.bytes(), hasDelivery: try $0.flag())
        }
        guard let known else { throw LedgerError(.internal, "an event was neither put in nor there") }
        if known.number == delivery.id.rawValue, !known.hasDelivery, added.insert(delivery.id).inserted {
            return .admitted
        }
        return known.fingerprint == delivery.fingerprint ? .duplicate : .conflict
    }

    private static let eventsSQL = GroupedInsert.SQL(
        into: "events",
        ["number", "id", "fingerprint", "traceparent", "body"],
        ending: "ON CONFLICT (id) DO NOTHING"
    )

    private static let deliveriesSQL = GroupedInsert.SQL(
        into: "deliveries",
        [
            "id", "event", "status", "destination", "attempts", "next_attempt_at", "ended_at", "oldest_attempt_at",
            "last_outcome", "last_status_code", "last_error", "published_at", "received_at", "event_id", "type",
            "tenant",
            "job_id", "product_id", "queue", "route", "url",
        ]
    )

    private static func values(of delivery: NewDelivery, endedBy end: EndedAttempt?) -> [StoredValue] {
        let attempt = end?.attempt
        return [
            .id(delivery.id), .id(delivery.id), .word(end?.status ?? .pending), .text(delivery.destination),
            .integer(attempt?.number ?? 0), .time(end == nil ? delivery.receivedAt : nil), .time(attempt?.endedAt),
            .time(attempt?.startedAt), .word(attempt?.outcome), .integer(attempt?.answer.statusCode),
            .text(attempt?.answer.errorText), .time(delivery.publishedAt), .time(delivery.receivedAt),
            .text(delivery.eventID), .text(delivery.type), .text(delivery.tenant), .text(delivery.jobID),
            .text(delivery.productID), .text(delivery.queue), .text(delivery.route), .text(delivery.url),
        ]
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
