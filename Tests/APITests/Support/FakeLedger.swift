import Deliveries
import Ledger
import Synchronization

/// A ledger in memory: the semantics of its protocol, without a file.
final class FakeLedger: OperatorLedger {
    struct State {
        var deliveries: [DeliveryID: DeliveryDetail] = [:]
        var quarantine: [Int64: QuarantineEntry] = [:]
        var statistics: [DestinationStatistics] = []
        var failure: LedgerError?
        var queries: [DeliveryQuery] = []
    }

    let state = Mutex(State())

    /// Sets the scene.
    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func insert(_ delivery: DeliveryDetail) { state.withLock { $0.deliveries[delivery.summary.id] = delivery } }
    func insert(_ entry: QuarantineEntry) { state.withLock { $0.quarantine[entry.id] = entry } }
    func fail(_ failure: LedgerError?) { state.withLock { $0.failure = failure } }
    var lastQuery: DeliveryQuery? { state.withLock { $0.queries.last } }

    func read<Value>(_ body: (inout State) -> Value) throws(LedgerError) -> Value {
        let result: Result<Value, LedgerError> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            return .success(body(&state))
        }
        return try result.get()
    }

    func deliveries(_ query: DeliveryQuery) async throws(LedgerError) -> Page<DeliverySummary> {
        try read { state in
            state.queries.append(query)
            let matches = state.deliveries.values.map(\.summary).filter(query.matches).sorted { $0.id > $1.id }
            return Page(items: Array(matches.prefix(query.limit)), hasMore: matches.count > query.limit)
        }
    }

    func delivery(_ id: DeliveryID) async throws(LedgerError) -> DeliveryDetail? { try read { $0.deliveries[id] } }

    func replay(
        _ id: DeliveryID,
        force: Bool,
        requestedBy: String,
        at time: Timestamp
    ) async throws(LedgerError) -> ReplayAnswer {
        try read { state in
            guard let delivery = state.deliveries[id] else { return .notFound }
            if delivery.summary.status == .delivered, !force { return .alreadyDelivered }
            state.deliveries[id]?.summary.status = .pending
            let progress = DeliveryProgress(
                attempts: delivery.summary.attempts,
                trigger: .replay,
                requestedBy: requestedBy
            )
            return .replayed(
                DueDelivery(id: id, dueAt: time, progress: progress),
                destination: delivery.summary.destination,
                url: delivery.summary.url
            )
        }
    }

    func cancel(_ id: DeliveryID, at time: Timestamp) async throws(LedgerError) -> CancelAnswer {
        try read { state in
            guard let delivery = state.deliveries[id] else { return .notFound }
            guard delivery.summary.status == .pending else { return .alreadyEnded(delivery.summary.status) }
            state.deliveries[id]?.summary.status = .cancelled
            return .cancelled(destination: delivery.summary.destination)
        }
    }

    func quarantine(_ query: QuarantineQuery) async throws(LedgerError) -> Page<QuarantineEntry> {
        try read { state in
            let matches = state.quarantine.values.filter { $0.id < query.after ?? .max }.sorted { $0.id > $1.id }
            return Page(items: Array(matches.prefix(query.limit)), hasMore: matches.count > query.limit)
        }
    }

    func quarantineEntry(_ id: Int64) async throws(LedgerError) -> QuarantineEntry? { try read { $0.quarantine[id] } }

    func redrive(_ id: Int64, as request: AdmissionRequest) async throws(LedgerError) -> Admission? { nil }

    func discardQuarantineEntry(_ id: Int64) async throws(LedgerError) -> Bool {
        try read { $0.quarantine.removeValue(forKey: id) != nil }
    }

    func destinationStatistics(since time: Timestamp) async throws(LedgerError) -> [DestinationStatistics] {
        try read { $0.statistics }
    }

    func totals() async throws(LedgerError) -> LedgerTotals {
        LedgerTotals(pending: 0, earliestDueAt: nil, quarantined: 0)
    }

    func prune(_ retention: RetentionLimits, limit: Int) async throws(LedgerError) -> Int { 0 }
}

extension DeliveryQuery {
    fileprivate func matches(_ delivery: DeliverySummary) -> Bool {
        func equals<Value: Equatable>(_ wanted: Value?, _ value: Value?) -> Bool { wanted == nil || wanted == value }
        let texts = [delivery.eventID, delivery.jobID, delivery.destination, delivery.url, delivery.lastError]
        return equals(status, delivery.status) && equals(route, delivery.route)
            && equals(destination, delivery.destination) && equals(type, delivery.type)
            && equals(tenant, delivery.tenant) && equals(jobID, delivery.jobID) && equals(eventID, delivery.eventID)
            && equals(outcome, delivery.lastOutcome) && equals(statusCode, delivery.lastStatusCode)
            && delivery.receivedAt >= since ?? Timestamp(milliseconds: .min)
            && delivery.receivedAt < until ?? .distantFuture
            && delivery.id < after ?? DeliveryID(rawValue: .max)
            && (text.map { text in texts.contains { $0?.lowercased().contains(text.lowercased()) ?? false } } ?? true)
    }
}
