import Deliveries
import GRDB

/// The attempts of one transaction, counted by minute, destination and latency bucket before they reach `latencies`.
///
/// Statistics over a window then read a few rows per minute and destination, however many attempts were made in it.
/// They are kept for a day.
struct LatencyTally {
    /// How far back statistics reach, in minutes.
    static let keptMinutes: Int64 = 24 * 60

    private struct Key: Hashable {
        var minute: Int64
        var destination: String
        var bucket: Int64
    }

    private struct Count {
        var attempts = 0
        var delivered = 0
        var milliseconds = 0.0
    }

    private var counts: [Key: Count] = [:]

    static func minute(of time: Timestamp) -> Int64 { time.milliseconds / 60_000 }

    /// Eight buckets to each doubling: what is in one lies within 12.5 percent.
    ///
    /// The exponent and the first three bits of the fraction of a double that is not negative, which rise as the
    /// number does.
    static func bucket(of milliseconds: Double) -> Int64 { Int64(milliseconds.bitPattern >> 49) }

    mutating func add(_ attempt: Attempt, to destination: String) {
        let milliseconds = attempt.answer.times.storedTotal
        let key = Key(
            minute: Self.minute(of: attempt.startedAt),
            destination: destination,
            bucket: Self.bucket(of: milliseconds)
        )
        // Put back and not changed in place, which costs allocations in a dictionary.
        var count = counts[key] ?? Count()
        count.attempts += 1
        count.milliseconds += milliseconds
        if attempt.outcome == .delivered { count.delivered += 1 }
        counts[key] = count
    }

    /// Adds the counts to those of the ledger, and removes one minute that is too old: as commits come more often than
    /// that, no old minute stays for long and no commit pays for many.
    func write(to db: Database) throws {
        let add = try db.cachedStatement(sql: Self.add)
        for (key, count) in counts {
            try add.run([
                .integer(key.minute), .text(key.destination), .integer(key.bucket), .integer(count.attempts),
                .integer(count.delivered), .real(count.milliseconds),
            ])
        }
        if let newest = counts.keys.map(\.minute).max() {
            try db.cachedStatement(sql: Self.forget).run([.integer(newest - Self.keptMinutes)])
            try db.cachedStatement(sql: Self.forgetFuture).run([.integer(newest + 15)])
        }
    }

    private static let add = """
        INSERT INTO latencies (minute, destination, bucket, attempts, delivered, total_ms) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (minute, destination, bucket) DO UPDATE SET
          attempts = attempts + excluded.attempts, delivered = delivered + excluded.delivered,
          total_ms = total_ms + excluded.total_ms
        """
    private static let forget = """
        DELETE FROM latencies WHERE minute = (SELECT min(minute) FROM latencies) AND minute < ?
        """
    /// What a clock that was ahead has left. An attempt counts for the minute in which it began, which may be ten ago.
    private static let forgetFuture = "DELETE FROM latencies WHERE minute > ?"
}
