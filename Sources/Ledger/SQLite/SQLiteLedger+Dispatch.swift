package import Deliveries
import GRDB

extension SQLiteLedger {
    package func due(at destination: String, by time: Timestamp, limit: Int, stuck: Int) async throws(LedgerError)
        -> DuePage
    {
        try await read { db in
            let statement = try db.cachedStatement(sql: Self.dueSQL)
            let room = max(0, limit)
            // First attempts and retries: two ranges of one index. Each is read one row past the page, which then tells
            // when the rest is due.
            let firstAttempts = try statement.all([.text(destination), .flag(false), .integer(room + 1)]) {
                try $0.dueDelivery()
            }
            let firstAttemptsDue = min(room, firstAttempts.prefix { $0.dueAt <= time }.count)
            let passedOver = min(max(0, stuck), room)
            let reserve = room > 1 ? passedOver + (room - passedOver + 7) / 8 : 0
            let retryRoom = max(room - firstAttemptsDue, reserve)
            let retries = try statement.all([.text(destination), .flag(true), .integer(retryRoom + 1)]) {
                try $0.dueDelivery()
            }
            let retriesTaken = min(retryRoom, retries.prefix { $0.dueAt <= time }.count)
            let firstAttemptsTaken = min(firstAttemptsDue, room - retriesTaken)
            return DuePage(
                deliveries: Array(firstAttempts.prefix(firstAttemptsTaken) + retries.prefix(retriesTaken)),
                nextDueAt: [firstAttempts.dropFirst(firstAttemptsTaken).first, retries.dropFirst(retriesTaken).first]
                    .compactMap { $0?.dueAt }.min()
            )
        }
    }

    package func moveDueTimes(after time: Timestamp, earlierBy milliseconds: Int64) async throws(LedgerError) {
        try await write { db in
            try db.cachedStatement(sql: Self.moveDueTimesSQL)
                .run([.time(time), .integer(milliseconds), .time(time)])
        }
    }

    package func payloads(of deliveries: [DeliveryID]) async throws(LedgerError) -> [DeliveryPayload] {
        guard !deliveries.isEmpty else { return [] }
        return try await read { db in
            let statement = try db.cachedStatement(sql: Self.payloadSQL)
            return try deliveries.compactMap { id in
                try statement.first([.id(id)]) {
                    DeliveryPayload(
                        id: id,
                        eventID: try $0.text(),
                        type: try $0.text(),
                        body: try $0.bytes(),
                        traceparent: try $0.optionalText(),
                        destination: try $0.text(),
                        url: try $0.text(),
                        publishedAt: try $0.time()
                    )
                }
            }
        }
    }

    package func backlog() async throws(LedgerError) -> [DestinationBacklog] {
        try await read { db in
            try db.cachedStatement(sql: Self.backlogSQL).all([]) {
                DestinationBacklog(
                    destination: try $0.text(),
                    pending: try $0.count(),
                    // A count without rows, after somebody removed some by hand, is no reason to hold up all others.
                    earliestDueAt: try $0.optionalTime() ?? Timestamp(milliseconds: 0)
                )
            }
        }
    }

    package func destinationRecords() async throws(LedgerError) -> [DestinationRecord] {
        try await read { db in
            try db.cachedStatement(sql: "SELECT name, health, since, reason FROM destinations ORDER BY name").all([]) {
                row -> DestinationRecord? in
                // What cannot be read is as good as not remembered: it holds up no destination, not even its own.
                try? DestinationRecord(
                    name: row.text(),
                    health: row.word(),
                    since: row.time(),
                    reason: row.optionalText()
                )
            }
            .compactMap(\.self)
        }
    }

    package func save(_ destinations: [DestinationRecord]) async throws(LedgerError) {
        guard !destinations.isEmpty else { return }
        try await write { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO destinations (name, health, since, reason) VALUES (?, ?, ?, ?)
                    """
            )
            let forget = try db.cachedStatement(sql: "DELETE FROM destinations WHERE name = ?")
            for record in destinations {
                // Of URLs that come with events there is no end.
                if record.health == .healthy, record.name.hasPrefix(RouteTable.callbackPrefix) {
                    try forget.run([.text(record.name)])
                    continue
                }
                try statement.run([.text(record.name), .word(record.health), .time(record.since), .text(record.reason)])
            }
        }
    }

    static let dueSQL = """
        SELECT id, next_attempt_at, attempts, step, not_ready_since, not_ready_tries, next_trigger, requested_by
        FROM deliveries INDEXED BY deliveries_due
        WHERE status = 'pending' AND destination = ? AND (attempts > 0) = ?
        ORDER BY next_attempt_at, id
        LIMIT ?
        """

    static let moveDueTimesSQL = """
        UPDATE deliveries INDEXED BY deliveries_due SET next_attempt_at = max(?, next_attempt_at - ?)
        WHERE status = 'pending' AND next_attempt_at > ?
        """

    static let payloadSQL = """
        SELECT deliveries.event_id, type, body, traceparent, destination, url, published_at
        FROM deliveries JOIN events ON events.number = deliveries.event
        WHERE deliveries.id = ? AND status = 'pending'
        """

    /// The earliest due time of the pending deliveries of `destination_counts.destination`: one step into each of two
    /// ranges.
    static let earliestDueSQL = """
        (SELECT min(due) FROM (
          SELECT min(next_attempt_at) AS due FROM deliveries INDEXED BY deliveries_due
            WHERE status = 'pending' AND destination = destination_counts.destination AND (attempts > 0) = 0
          UNION ALL
          SELECT min(next_attempt_at) FROM deliveries INDEXED BY deliveries_due
            WHERE status = 'pending' AND destination = destination_counts.destination AND (attempts > 0) = 1
        ))
        """

    static let backlogSQL = """
        SELECT
          destination,
          pending,
          \(earliestDueSQL)
        FROM destination_counts
        WHERE pending > 0
        ORDER BY destination
        """
}

extension RowReader {
    fileprivate mutating func dueDelivery() throws -> DueDelivery {
        DueDelivery(
            id: try id(),
            dueAt: try time(),
            progress: DeliveryProgress(
                attempts: try count(),
                step: try count(),
                notReadySince: try optionalTime(),
                notReadyTries: try count(),
                trigger: try word(),
                requestedBy: try optionalText()
            )
        )
    }
}
