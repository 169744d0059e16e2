import Deliveries
import GRDB

extension SQLiteLedger {
    package func prune(_ retention: RetentionLimits, limit: Int) async throws(LedgerError) -> Int {
        guard limit > 0 else { return 0 }
        return try await write { db in
            var pruning = Pruning(db, room: limit)
            try pruning.removeDeliveries(.delivered, endedBefore: retention.deliveredBefore)
            try pruning.removeDeliveries(.cancelled, endedBefore: retention.deliveredBefore)
            try pruning.removeDeliveries(.dead, endedBefore: retention.deadBefore)
            try pruning.removeAttempts(before: retention.attemptsBefore)
            try pruning.removeQuarantined(before: retention.quarantinedBefore)
            try pruning.removeJobs(before: retention.jobsBefore)
            try pruning.finish()
            return limit - pruning.room
        }
    }

    static let endedSQL = """
        SELECT id, event, destination FROM deliveries WHERE status = ? AND ended_at < ? ORDER BY ended_at LIMIT ?
        """

    static let waitingSQL = """
        SELECT id FROM deliveries WHERE status = 'pending' AND oldest_attempt_at < ? ORDER BY oldest_attempt_at LIMIT ?
        """

    static let quarantinedSQL = """
        DELETE FROM quarantine
        WHERE id IN (SELECT id FROM quarantine WHERE received_at < ? ORDER BY received_at LIMIT ?)
        """

    static let endedJobsSQL = """
        DELETE FROM jobs WHERE number IN (SELECT number FROM jobs WHERE ended_at < ? ORDER BY ended_at LIMIT ?)
        """
}

/// Removes what is old within one transaction, until there is no more room in the batch.
private struct Pruning {
    private let db: Database
    /// How many rows may still be removed.
    private(set) var room: Int
    private var tally = StatusTally()

    init(_ db: Database, room: Int) {
        self.db = db
        self.room = room
    }

    mutating func removeDeliveries(_ status: DeliveryStatus, endedBefore time: Timestamp) throws {
        guard room > 0 else { return }
        let found = try db.cachedStatement(sql: SQLiteLedger.endedSQL)
            .all([.word(status), .time(time), .integer(room)]) { (try $0.id(), try $0.integer(), try $0.text()) }
        let attempts = try db.cachedStatement(sql: "DELETE FROM attempts WHERE delivery = ?")
        let deliveries = try db.cachedStatement(sql: "DELETE FROM deliveries WHERE id = ?")
        let events = try db.cachedStatement(
            sql: """
                DELETE FROM events WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = ?1)
                """
        )
        for (id, event, destination) in found {
            try attempts.run([.id(id)])
            try deliveries.run([.id(id)])
            try events.run([.integer(event)])
            tally.removed(from: destination, status)
        }
        room -= found.count
    }

    /// Removes attempts of deliveries that are still pending.
    mutating func removeAttempts(before time: Timestamp) throws {
        guard room > 0 else { return }
        let found = try db.cachedStatement(sql: SQLiteLedger.waitingSQL).all([.time(time), .integer(room)]) {
            try $0.id()
        }
        let attempts = try db.cachedStatement(
            sql: """
                DELETE FROM attempts WHERE delivery = ?1 AND number IN (
                  SELECT number FROM attempts WHERE delivery = ?1 AND started_at < ?2 ORDER BY number LIMIT ?3)
                """
        )
        let oldest = try db.cachedStatement(
            sql: """
                UPDATE deliveries SET oldest_attempt_at = (SELECT min(started_at) FROM attempts WHERE delivery = ?1)
                WHERE id = ?1
                """
        )
        for id in found where room > 0 {
            try attempts.run([.id(id), .time(time), .integer(room)])
            room -= db.changesCount
            try oldest.run([.id(id)])
        }
    }

    mutating func removeQuarantined(before time: Timestamp) throws {
        guard room > 0 else { return }
        try db.cachedStatement(sql: SQLiteLedger.quarantinedSQL).run([.time(time), .integer(room)])
        room -= db.changesCount
    }

    mutating func removeJobs(before time: Timestamp) throws {
        guard room > 0 else { return }
        try db.cachedStatement(sql: SQLiteLedger.endedJobsSQL).run([.time(time), .integer(room)])
        room -= db.changesCount
    }

    func finish() throws {
        try tally.write(to: db)
    }
}
