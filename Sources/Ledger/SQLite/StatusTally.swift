import Deliveries
import GRDB

/// The changes of status within one transaction, summed up per destination before they reach `destination_counts`:
/// one statement per destination and batch instead of one per row.
struct StatusTally {
    private struct Change {
        var pending = 0
        var delivered = 0
        var dead = 0
        var cancelled = 0
        /// Set once a delivery was added.
        var url: String?

        mutating func count(_ number: Int, _ status: DeliveryStatus) {
            switch status {
            case .pending: pending += number
            case .delivered: delivered += number
            case .dead: dead += number
            case .cancelled: cancelled += number
            }
        }
    }

    private var changes: [String: Change] = [:]

    /// A new delivery, which may have ended by the time it is written.
    mutating func added(to destination: String, url: String, as status: DeliveryStatus) {
        change(destination) {
            $0.count(1, status)
            $0.url = url
        }
    }

    mutating func moved(at destination: String, from old: DeliveryStatus, to new: DeliveryStatus) {
        guard old != new else { return }
        change(destination) {
            $0.count(-1, old)
            $0.count(1, new)
        }
    }

    mutating func removed(from destination: String, _ status: DeliveryStatus) {
        change(destination) { $0.count(-1, status) }
    }

    /// Puts the change back instead of changing it in place, which costs allocations in a dictionary.
    private mutating func change(_ destination: String, _ body: (inout Change) -> Void) {
        var change = changes[destination] ?? Change()
        body(&change)
        changes[destination] = change
    }

    /// Writes the sums. A destination whose last delivery is gone is forgotten.
    func write(to db: Database) throws {
        for (destination, change) in changes {
            let counts: [StoredValue] = [
                .integer(change.pending), .integer(change.delivered), .integer(change.dead), .integer(change.cancelled),
            ]
            if let url = change.url {
                try db.cachedStatement(sql: Self.add).run([.text(destination)] + counts + [.text(url)])
            } else {
                try db.cachedStatement(sql: Self.change).run(counts + [.text(destination)])
                try db.cachedStatement(sql: Self.forget).run([.text(destination)])
            }
        }
    }

    private static let add = """
        INSERT INTO destination_counts (destination, pending, delivered, dead, cancelled, url) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (destination) DO UPDATE SET
          pending = pending + excluded.pending, delivered = delivered + excluded.delivered,
          dead = dead + excluded.dead, cancelled = cancelled + excluded.cancelled, url = excluded.url
        """
    private static let change = """
        UPDATE destination_counts
        SET pending = pending + ?, delivered = delivered + ?, dead = dead + ?, cancelled = cancelled + ?
        WHERE destination = ?
        """
    private static let forget = """
        DELETE FROM destination_counts
        WHERE destination = ? AND pending = 0 AND delivered = 0 AND dead = 0 AND cancelled = 0
        """
}
