package import Deliveries
package import Ledger

/// Events, attempts and times to test with. Times are small numbers of milliseconds, so that failures read well.
package enum Sample {
    /// When every sample event is received, unless told otherwise.
    package static let start = Timestamp(milliseconds: 1_000_000)

    /// `start` and so many milliseconds.
    package static func time(_ milliseconds: Int64) -> Timestamp { start.advanced(byMilliseconds: milliseconds) }

    /// A delivery that differs from the others in everything that is derived from its number.
    package static func delivery(
        _ number: Int64,
        eventID: String? = nil,
        fingerprint: UInt8 = 1,
        destination: String = "orders",
        receivedAt: Timestamp = start
    ) -> NewDelivery {
        NewDelivery(
            id: DeliveryID(rawValue: number),
            eventID: eventID ?? "evt_\(number)",
            fingerprint: [UInt8](repeating: fingerprint, count: 16),
            type: "job.completed",
            tenant: "acme",
            jobID: "job-\(number)",
            productID: "product",
            queue: "pdf",
            body: Array(#"{"number":\#(number)}"#.utf8),
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            publishedAt: receivedAt.advanced(byMilliseconds: -5),
            receivedAt: receivedAt,
            destination: destination,
            route: "route-\(destination)",
            url: "https://\(destination).example.com/hook",
            source: source(entryID: "\(number)-0")
        )
    }

    package static func source(entryID: String, value: String = "x") -> StreamSource {
        StreamSource(
            entryID: entryID,
            fields: [EventField("type", "job.completed"), EventField(name: [0xFF, 0x00], value: Array(value.utf8))]
        )
    }

    package static func quarantine(
        _ entryID: String,
        value: String = "x",
        receivedAt: Timestamp = start
    ) -> NewQuarantineEntry {
        NewQuarantineEntry(
            source: source(entryID: entryID, value: value),
            field: "data",
            reason: "is not an object",
            receivedAt: receivedAt
        )
    }

    /// An attempt with something in every field.
    package static func attempt(
        _ delivery: Int64,
        _ number: Int,
        _ outcome: AttemptOutcome = .retry,
        at startedAt: Timestamp = start,
        total: Double = 12.5
    ) -> Attempt {
        Attempt(
            delivery: DeliveryID(rawValue: delivery),
            number: number,
            trigger: .scheduled,
            requestedBy: "ops",
            startedAt: startedAt,
            url: "https://orders.example.com/hook",
            outcome: outcome,
            answer: Answer(
                failure: outcome == .unknown ? .timeout : nil,
                errorText: outcome == .delivered ? nil : "answered \(number)",
                requestWasSent: true,
                statusCode: outcome == .delivered ? 200 : 503,
                headers: [HeaderField("Content-Type", "text/plain"), HeaderField("x-empty", "")],
                body: [0x6F, 0x6B, 0x00, 0xFF],
                bodyWasTruncated: true,
                remoteAddress: "192.0.2.1:443",
                times: PhaseTimes(dns: 0.25, connect: 1.5, tls: nil, firstByte: 10, total: total)
            )
        )
    }

    /// An attempt that ended its delivery.
    package static func delivered(
        _ delivery: Int64,
        _ number: Int = 1,
        at time: Timestamp = start,
        total: Double = 12.5
    ) -> AttemptResult {
        AttemptResult(attempt: attempt(delivery, number, .delivered, at: time, total: total), next: .end(.delivered))
    }

    package static func dead(_ delivery: Int64, _ number: Int = 1, at time: Timestamp = start) -> AttemptResult {
        AttemptResult(attempt: attempt(delivery, number, .rejected, at: time), next: .end(.dead))
    }

    /// An attempt that failed and is tried again.
    package static func retry(
        _ delivery: Int64,
        _ number: Int = 1,
        at time: Timestamp = start,
        next: Timestamp
    ) -> AttemptResult {
        AttemptResult(
            attempt: attempt(delivery, number, at: time),
            next: .retry(at: next, progress: DeliveryProgress(attempts: number, step: number))
        )
    }

    package static func job(
        _ number: Int64,
        status: String = "completed",
        queue: String = "pdf",
        tenant: String? = "acme",
        productID: String? = "invoice",
        code: String? = "INV-1",
        createdAt: Timestamp = start,
        endedAt: Timestamp = time(100)
    ) -> ArchivedJob {
        ArchivedJob(
            id: "job-\(number)",
            status: status,
            queue: queue,
            tenant: tenant,
            productID: productID,
            code: code,
            createdAt: createdAt,
            endedAt: endedAt,
            document: Array(#"{"number":\#(number),"status":"\#(status)"}"#.utf8)
        )
    }

    package static func submission(
        _ number: Int64,
        tenant: String? = "acme",
        key: String? = nil,
        fingerprint: UInt8 = 1,
        payload: [UInt8] = Array("{}".utf8)
    ) -> SpooledSubmission {
        SpooledSubmission(
            id: "job-\(number)",
            tenant: tenant,
            idempotencyKey: key,
            fingerprint: [UInt8](repeating: fingerprint, count: 32),
            acceptedAt: time(number),
            document: Array(#"{"number":\#(number)}"#.utf8),
            payload: payload
        )
    }
}

extension DeliveryLedger {
    /// Admits deliveries that are all new.
    package func add(_ deliveries: NewDelivery...) async throws {
        try await add(deliveries)
    }

    package func add(_ deliveries: [NewDelivery]) async throws {
        let admissions = try await admit(deliveries.map { .delivery($0) })
        try expect(admissions, is: deliveries.map { _ in .admitted }, "admissions")
    }

    /// The delivery of a number, which must be there.
    func find(_ number: Int64, file: String = #fileID, line: Int = #line) async throws -> DeliveryDetail {
        try unwrap(await delivery(DeliveryID(rawValue: number)), "delivery \(number)", file: file, line: line)
    }

    func status(_ number: Int64) async throws -> DeliveryStatus { try await find(number).summary.status }

    /// The numbers of the deliveries of `orders` that are due.
    func due(by time: Timestamp, limit: Int = 100) async throws -> [Int64] {
        try await due(at: "orders", by: time, limit: limit).deliveries.map(\.id.rawValue)
    }

    /// When those of `orders` are due that a page leaves out.
    func nextDue(by milliseconds: Int64, limit: Int) async throws -> Timestamp? {
        try await due(at: "orders", by: Sample.time(milliseconds), limit: limit).nextDueAt
    }

    /// The numbers of the deliveries that a query lists.
    func list(_ change: (inout DeliveryQuery) -> Void) async throws -> [Int64] {
        var query = DeliveryQuery()
        change(&query)
        return try await deliveries(query).items.map(\.id.rawValue)
    }
}
