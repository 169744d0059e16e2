import Deliveries
import Ledger

/// Values to test with.
enum Sample {
    /// 2024-01-15T10:05:00Z.
    static let now = Timestamp(milliseconds: 1_705_313_100_000)

    /// The id of the delivery of this number; later numbers are later ids.
    static func id(_ number: Int) -> DeliveryID { DeliveryID(rawValue: 5_000_000_000_000_000 + Int64(number) << 22) }

    /// A delivery, received `number` seconds before ``now`` counted down from a hundred.
    static func delivery(
        _ number: Int,
        status: DeliveryStatus = .delivered,
        tenant: String? = nil,
        attempts: [Attempt] = []
    ) -> DeliveryDetail {
        let received = now.advanced(byMilliseconds: Int64(number - 100) * 1000)
        let summary = DeliverySummary(
            id: id(number),
            eventID: "evt_\(number)",
            type: "job.completed",
            tenant: tenant,
            jobID: "job-\(number)",
            productID: nil,
            queue: nil,
            destination: "psikotes.success",
            route: "psikotes",
            url: "https://n8n.example.com/webhook/pdf?signature=TOKEN/suffix",
            status: status,
            attempts: attempts.count,
            nextAttemptAt: status == .pending ? now : nil,
            publishedAt: received,
            receivedAt: received,
            endedAt: status == .pending ? nil : received.advanced(byMilliseconds: 250),
            lastOutcome: attempts.last?.outcome,
            lastStatusCode: attempts.last?.answer.statusCode,
            lastError: attempts.last?.answer.errorText
        )
        return DeliveryDetail(
            summary: summary,
            body: Array(#"{"event_id":"evt_\#(number)","price":1.10,"big":12345678901234567890}"#.utf8),
            traceparent: nil,
            attempts: attempts
        )
    }

    /// An attempt that was answered.
    static func attempt(_ number: Int, statusCode: Int = 200, headers: [HeaderField] = []) -> Attempt {
        Attempt(
            delivery: id(1),
            number: number,
            trigger: .scheduled,
            startedAt: now,
            url: "https://n8n.example.com/webhook/pdf?signature=TOKEN/suffix",
            outcome: statusCode == 200 ? .delivered : .retry,
            answer: answer(statusCode: statusCode, headers: headers)
        )
    }

    /// A whole answer.
    static func answer(statusCode: Int, headers: [HeaderField] = []) -> Answer {
        Answer(
            requestWasSent: true,
            statusCode: statusCode,
            headers: headers,
            body: Array("ok".utf8),
            remoteAddress: "192.0.2.1:443",
            times: PhaseTimes(dns: 0.5, connect: 1.25, firstByte: 12.3456, total: 13)
        )
    }

    /// An entry that could not be used.
    static func quarantined(_ number: Int64, fields: [EventField] = [EventField("type", "job.completed")])
        -> QuarantineEntry
    {
        QuarantineEntry(
            id: number,
            source: StreamSource(entryID: "170000000000\(number)-0", fields: fields),
            field: "data",
            reason: "is missing",
            receivedAt: now
        )
    }
}
