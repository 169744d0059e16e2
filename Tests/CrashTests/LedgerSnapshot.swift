import Deliveries
import Foundation
import GRDB
import ReceiverTestSupport

/// What a ledger says, read from a copy of its files, so that the relay's next start finds them as the crash left them.
struct LedgerSnapshot: Sendable {
    /// One recorded attempt.
    struct Attempt: Hashable, Sendable {
        var event: String
        var number: Int
        var outcome: String
        var requestWasSent: Bool
    }

    /// The status of each event's delivery.
    private(set) var statuses: [String: String] = [:]
    /// The id of each event's delivery.
    private(set) var ids: [String: DeliveryID] = [:]
    private(set) var attempts: [Attempt] = []
    private(set) var quarantined = 0
    /// What is wrong with the file itself, or with what it counts.
    private(set) var problems: [String] = []

    /// Reads the ledger in a directory; an empty one when nothing was made yet.
    init(directory: String) throws {
        let copy = try TemporaryDirectory()
        // Not the -shm file: it is made anew from the log, as after a crash of the machine.
        for name in ["ledger.sqlite", "ledger.sqlite-wal"] {
            guard FileManager.default.fileExists(atPath: "\(directory)/\(name)") else { continue }
            try FileManager.default.copyItem(atPath: "\(directory)/\(name)", toPath: "\(copy.path)/\(name)")
        }
        try DatabaseQueue(path: copy.path + "/ledger.sqlite").read { db in
            guard try db.tableExists("deliveries") else { return }
            try read(db)
        }
    }

    /// Whether an event's delivery has arrived and is recorded.
    func isDelivered(_ event: CrashEvent) -> Bool { statuses[event.id] == "delivered" }

    private mutating func read(_ db: Database) throws {
        for row in try Row.fetchAll(db, sql: "SELECT event_id, status, id FROM deliveries") {
            ids[row["event_id"]] = DeliveryID(rawValue: row["id"])
            if statuses.updateValue(row["status"], forKey: row["event_id"]) != nil {
                problems.append("event \(row["event_id"] as String) has two deliveries")
            }
        }
        attempts = try Row.fetchAll(db, sql: Self.attemptsSQL).map {
            Attempt(event: $0["event_id"], number: $0["number"], outcome: $0["outcome"], requestWasSent: $0["sent"])
        }
        quarantined = try Int.fetchOne(db, sql: "SELECT count(*) FROM quarantine") ?? 0
        problems += try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        problems += try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { "foreign key: \($0)" }
        problems += try String.fetchAll(db, sql: Self.wrongCountsSQL).map { "wrong counts of \($0)" }
        problems += try String.fetchAll(db, sql: Self.wrongStateSQL).map { "\($0) does not fit its attempts" }
    }

    private static let attemptsSQL = """
        SELECT event_id, number, outcome, request_was_sent AS sent
        FROM attempts JOIN deliveries ON deliveries.id = attempts.delivery ORDER BY event_id, number
        """

    private static let wrongCountsSQL = """
        SELECT destination FROM destination_counts AS counts WHERE (pending, delivered, dead, cancelled) <> (
          SELECT
            count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE status = 'delivered'),
            count(*) FILTER (WHERE status = 'dead'), count(*) FILTER (WHERE status = 'cancelled')
          FROM deliveries WHERE destination = counts.destination
        )
        """

    /// A delivery that counts other attempts than it has, is due though it has ended, or pending without a time.
    private static let wrongStateSQL = """
        SELECT event_id FROM deliveries WHERE
          attempts <> (SELECT count(*) FROM attempts WHERE delivery = deliveries.id)
          OR (status = 'pending') <> (next_attempt_at IS NOT NULL)
          OR (status = 'pending') <> (ended_at IS NULL)
        """
}
