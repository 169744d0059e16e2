package import Deliveries
import GRDB

extension SQLiteLedger {
    package func deliveries(_ query: DeliveryQuery) async throws(LedgerError) -> Page<DeliverySummary> {
        let search = DeliverySearch(query)
        let limit = max(1, min(query.limit, 200))
        return try await scan { db in
            // Not cached: there are too many shapes of it.
            let statement = try db.makeStatement(sql: search.sql)
            let found = try statement.all(search.arguments + [.integer(limit + 1)]) { try $0.deliverySummary() }
            return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
        }
    }

    package func delivery(_ id: DeliveryID) async throws(LedgerError) -> DeliveryDetail? {
        try await read { db in
            let found = try db.cachedStatement(sql: Self.deliverySQL).first([.id(id)]) {
                DeliveryDetail(
                    summary: try $0.deliverySummary(),
                    body: try $0.bytes(),
                    traceparent: try $0.optionalText(),
                    attempts: []
                )
            }
            guard var detail = found else { return nil }
            detail.attempts = try db.cachedStatement(sql: Self.attemptsSQL).all([.id(id)]) { try $0.attempt(of: id) }
            detail.attempts.reverse()
            return detail
        }
    }

    package func replay(
        _ id: DeliveryID,
        force: Bool,
        requestedBy: String,
        at time: Timestamp
    ) async throws(LedgerError) -> ReplayAnswer {
        try await write { db in
            let found = try db.cachedStatement(
                sql: "SELECT status, destination, url, attempts FROM deliveries WHERE id = ?"
            )
            .first([.id(id)]) { (try $0.word(DeliveryStatus.self), try $0.text(), try $0.text(), try $0.count()) }
            guard let (status, destination, url, attempts) = found else { return .notFound }
            guard status != .delivered || force else { return .alreadyDelivered }
            try db.cachedStatement(sql: Self.replaySQL).run([.time(time), .text(requestedBy), .id(id)])
            var tally = StatusTally()
            tally.moved(at: destination, from: status, to: .pending)
            try tally.write(to: db)
            let progress = DeliveryProgress(attempts: attempts, trigger: .replay, requestedBy: requestedBy)
            return .replayed(DueDelivery(id: id, dueAt: time, progress: progress), destination: destination, url: url)
        }
    }

    package func cancel(_ id: DeliveryID, at time: Timestamp) async throws(LedgerError) -> CancelAnswer {
        try await write { db in
            let found = try db.cachedStatement(sql: "SELECT status, destination FROM deliveries WHERE id = ?")
                .first([.id(id)]) { (try $0.word(DeliveryStatus.self), try $0.text()) }
            guard let (status, destination) = found else { return .notFound }
            guard status == .pending else { return .alreadyEnded(status) }
            try db.cachedStatement(sql: Self.cancelSQL).run([.time(time), .id(id)])
            var tally = StatusTally()
            tally.moved(at: destination, from: .pending, to: .cancelled)
            try tally.write(to: db)
            return .cancelled(destination: destination)
        }
    }

    private static let deliverySQL = """
        SELECT \(DeliverySearch.columns), events.body, events.traceparent
        FROM deliveries JOIN events ON events.number = deliveries.event
        WHERE deliveries.id = ?
        """

    private static let attemptsSQL = """
        SELECT
          number, trigger, requested_by, started_at, url, outcome, failure, error, request_was_sent, status_code, headers,
          body, body_was_truncated, remote_address, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms
        FROM attempts WHERE delivery = ? ORDER BY number DESC LIMIT 1000
        """

    private static let replaySQL = """
        UPDATE deliveries SET
          status = 'pending', next_attempt_at = ?, ended_at = NULL, step = 0, not_ready_since = NULL,
          not_ready_tries = 0, next_trigger = 'replay', requested_by = ?
        WHERE id = ?
        """

    private static let cancelSQL = """
        UPDATE deliveries SET status = 'cancelled', ended_at = ?, next_attempt_at = NULL, requested_by = NULL
        WHERE id = ?
        """
}

extension RowReader {
    /// Reads ``DeliverySearch/columns``.
    mutating func deliverySummary() throws -> DeliverySummary {
        DeliverySummary(
            id: try id(),
            eventID: try text(),
            type: try text(),
            tenant: try optionalText(),
            jobID: try optionalText(),
            productID: try optionalText(),
            queue: try optionalText(),
            destination: try text(),
            route: try optionalText(),
            url: try text(),
            status: try word(),
            attempts: try count(),
            nextAttemptAt: try optionalTime(),
            publishedAt: try time(),
            receivedAt: try time(),
            endedAt: try optionalTime(),
            lastOutcome: try optionalWord(),
            lastStatusCode: try optionalCount(),
            lastError: try optionalText()
        )
    }

    fileprivate mutating func attempt(of delivery: DeliveryID) throws -> Attempt {
        Attempt(
            delivery: delivery,
            number: try count(),
            trigger: try word(),
            requestedBy: try optionalText(),
            startedAt: try time(),
            url: try text(),
            outcome: try word(),
            answer: try answer()
        )
    }

    private mutating func answer() throws -> Answer {
        Answer(
            failure: try optionalWord(),
            errorText: try optionalText(),
            requestWasSent: try flag(),
            statusCode: try optionalCount(),
            headers: try headers(),
            body: try bytes(),
            bodyWasTruncated: try flag(),
            remoteAddress: try optionalText(),
            times: PhaseTimes(
                dns: try optionalReal(),
                connect: try optionalReal(),
                tls: try optionalReal(),
                firstByte: try optionalReal(),
                total: try real()
            )
        )
    }

    private mutating func headers() throws -> [HeaderField] {
        guard let headers = StoredFields.decodeHeaders(try bytes()) else { throw damaged() }
        return headers
    }
}
