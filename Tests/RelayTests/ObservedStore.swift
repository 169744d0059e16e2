import Deliveries
import Ledger
import ReceiverTestSupport
import Synchronization

/// A ledger's store that tells how much was written, and fails when a test says so.
final class ObservedStore: DeliveryStore {
    private struct Failures {
        var admit = 0
        var record = 0
        var read = 0
        var page = 0
        var payloads = 0
        var code = LedgerError.Code.full
    }

    /// What a ledger refuses for good, and everything that is to be written in one transaction with it.
    struct Refusals: Sendable {
        /// Deliveries of these events.
        var events: Set<String> = []
        /// Results with these status codes.
        var statusCodes: Set<Int> = []
        /// Whatever is to be quarantined.
        var quarantine = false
    }

    private let base: any DeliveryStore
    private let failures = Mutex(Failures())
    private let refusals = Mutex(Refusals())
    private let damaged = Mutex<Set<DeliveryID>>([])
    private let betweenLookUpAndUse = Mutex<(@Sendable () async -> Void)?>(nil)
    /// Requests that were admitted, whatever became of them.
    let admitted = Milestones()
    /// Results that were recorded.
    let recorded = Milestones()
    /// Deliveries of which the first result was recorded.
    let begun = Milestones()
    /// How often due times were moved.
    let moved = Milestones()
    /// Calls that were made to fail, and those among them that were to write something before it is sent.
    let failed = Milestones()
    let failedToAdmit = Milestones()
    /// Calls that were refused for good.
    let refused = Milestones()

    init(_ base: any DeliveryStore) {
        self.base = base
    }

    /// Makes the next calls fail, as on a full disk unless told otherwise. Reads are those that are made at the start and for new
    /// events.
    func failNext(
        admit: Int = 0,
        record: Int = 0,
        read: Int = 0,
        page: Int = 0,
        payloads: Int = 0,
        code: LedgerError.Code = .full
    ) {
        failures.withLock {
            $0 = Failures(admit: admit, record: record, read: read, page: page, payloads: payloads, code: code)
        }
    }

    /// Makes the rows of these deliveries unusable.
    func damage(_ deliveries: Set<DeliveryID>) {
        damaged.withLock { $0 = deliveries }
    }

    /// Refuses these from now on.
    func refuse(_ refusals: Refusals) {
        self.refusals.withLock { $0 = refusals }
    }

    private func refuseIfAsked(_ requests: [AdmissionRequest], _ results: [AttemptResult] = []) throws(LedgerError) {
        let refusals = refusals.withLock { $0 }
        let isRefused =
            requests.contains { request in
                request.delivery.map { refusals.events.contains($0.eventID) } ?? refusals.quarantine
            } || results.contains { $0.attempt.answer.statusCode.map { refusals.statusCodes.contains($0) } ?? false }
        guard isRefused else { return }
        refused.add(1)
        throw LedgerError(.internal, "refused by the test")
    }

    private func failIfAsked(_ counter: WritableKeyPath<Failures, Int>) throws(LedgerError) {
        let code = failures.withLock { failures -> LedgerError.Code? in
            guard failures[keyPath: counter] > 0 else { return nil }
            failures[keyPath: counter] -= 1
            return failures.code
        }
        guard let code else { return }
        failed.add(1)
        throw LedgerError(code, "made to fail by the test")
    }

    func admit(_ requests: [AdmissionRequest]) async throws(LedgerError) -> [Admission] {
        do {
            try failIfAsked(\.admit)
        } catch {
            failedToAdmit.add(1)
            throw error
        }
        try refuseIfAsked(requests)
        let admissions = try await base.admit(requests)
        admitted.add(requests.count)
        return admissions
    }

    func due(at destination: String, by time: Timestamp, limit: Int, stuck: Int) async throws(LedgerError) -> DuePage {
        try failIfAsked(\.page)
        return try await base.due(at: destination, by: time, limit: limit, stuck: stuck)
    }

    func moveDueTimes(after time: Timestamp, earlierBy milliseconds: Int64) async throws(LedgerError) {
        try await base.moveDueTimes(after: time, earlierBy: milliseconds)
        moved.add(1)
    }

    func payloads(of deliveries: [DeliveryID]) async throws(LedgerError) -> [DeliveryPayload] {
        try failIfAsked(\.payloads)
        if damaged.withLock({ !$0.isDisjoint(with: deliveries) }) {
            throw LedgerError(.damagedRow, "damaged by the test")
        }
        return try await base.payloads(of: deliveries)
    }

    func backlog() async throws(LedgerError) -> [DestinationBacklog] {
        try await base.backlog()
    }

    /// Runs once, after the next look-up of what the ledger knows and before its answer is used.
    func afterNextLookUp(_ body: @escaping @Sendable () async -> Void) {
        betweenLookUpAndUse.withLock { $0 = body }
    }

    func known(_ deliveries: [NewDelivery]) async throws(LedgerError) -> [KnownIDs] {
        try failIfAsked(\.read)
        let known = try await base.known(deliveries)
        await betweenLookUpAndUse.withLock { body in
            defer { body = nil }
            return body
        }?()
        return known
    }

    func record(_ results: [AttemptResult], admitting deliveries: [NewDelivery]) async throws(LedgerError)
        -> [Admission]
    {
        try failIfAsked(\.record)
        try refuseIfAsked(deliveries.map { .delivery($0) }, results)
        let admissions = try await base.record(results, admitting: deliveries)
        admitted.add(deliveries.count)
        begun.add(results.count { $0.attempt.number == 1 })
        recorded.add(results.count)
        return admissions
    }

    func destinationRecords() async throws(LedgerError) -> [DestinationRecord] {
        try failIfAsked(\.read)
        return try await base.destinationRecords()
    }

    func save(_ destinations: [DestinationRecord]) async throws(LedgerError) {
        try await base.save(destinations)
    }
}
