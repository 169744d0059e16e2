import Deliveries

/// The ledger as a plain value, with the semantics that `DeliveryStore` and `OperatorLedger` promise. What is slow or fails
/// about a real one is the world's business: a read copies out a page when it begins, and the page arrives later.
struct SimulatedLedger {
    struct Row {
        var destination: Int
        var status = DeliveryStatus.pending
        var dueAt: Timestamp
        var progress = DeliveryProgress.fresh
        /// Attempts on record, by number.
        var attempts: Set<Int> = []
        /// When it was called off, in milliseconds since the world began.
        var cancelledAt: Int64?
    }

    struct Page {
        var deliveries: [DueDelivery]
        var nextDueAt: Timestamp?
    }

    private(set) var rows: [DeliveryID: Row] = [:]
    private var pending: [Set<DeliveryID>]
    private var records: [Int: DestinationRecord] = [:]
    private(set) var pendingCount = 0

    init(destinations: Int) {
        pending = Array(repeating: [], count: destinations)
    }

    mutating func admit(_ id: DeliveryID, to destination: Int, at now: Timestamp) {
        rows[id] = Row(destination: destination, dueAt: now)
        pending[destination].insert(id)
        pendingCount += 1
    }

    func isPending(_ id: DeliveryID) -> Bool { rows[id]?.status == .pending }

    /// Pending deliveries of a destination, whether due or not.
    func pending(at destination: Int) -> Set<DeliveryID> { pending[destination] }

    /// First attempts ahead of retries, then the earliest due first.
    func due(at destination: Int, by time: Timestamp, limit: Int) -> Page {
        let all = pending[destination].compactMap { id in
            rows[id].map { DueDelivery(id: id, dueAt: $0.dueAt, progress: $0.progress) }
        }
        let due = all.filter { $0.dueAt <= time }.sorted { left, right in
            let (isLeftRetry, isRightRetry) = (left.progress.attempts > 0, right.progress.attempts > 0)
            if isLeftRetry != isRightRetry { return isRightRetry }
            return left.dueAt != right.dueAt ? left.dueAt < right.dueAt : left.id < right.id
        }.prefix(limit)
        let onPage = Set(due.map(\.id))
        return Page(
            deliveries: Array(due),
            nextDueAt: all.filter { !onPage.contains($0.id) }.map(\.dueAt).min()
        )
    }

    /// Destinations that have pending deliveries, and the earliest due time of each.
    func backlog() -> [(destination: Int, earliestDueAt: Timestamp)] {
        pending.indices.compactMap { destination in
            pending[destination].compactMap { rows[$0]?.dueAt }.min().map { (destination, $0) }
        }
    }

    /// Writes results; what is on record already is ignored whole.
    mutating func record(_ results: [AttemptResult]) {
        for result in results {
            let id = result.attempt.delivery
            guard var row = rows[id], row.attempts.insert(result.attempt.number).inserted else { continue }
            row.progress.attempts = result.attempt.number
            switch result.next {
            case .retry(let due, let progress) where row.status == .pending:
                row.dueAt = due
                row.progress = progress
            case .end(let status) where row.status == .pending || status == .delivered:
                if row.status == .pending { forgetPending(id, row) }
                row.status = status
            default:
                break
            }
            rows[id] = row
        }
    }

    /// - Returns: whether there was something to call off.
    mutating func cancel(_ id: DeliveryID, at now: Int64) -> Bool {
        guard var row = rows[id], row.status == .pending else { return false }
        forgetPending(id, row)
        row.status = .cancelled
        row.cancelledAt = now
        rows[id] = row
        return true
    }

    /// Makes a delivery due at once with its whole schedule before it. A delivered one would need force, which nobody uses here.
    mutating func replay(_ id: DeliveryID, at now: Timestamp) -> DueDelivery? {
        guard var row = rows[id], row.status != .delivered else { return nil }
        if row.status != .pending {
            pending[row.destination].insert(id)
            pendingCount += 1
        }
        row.status = .pending
        row.dueAt = now
        row.progress = DeliveryProgress(attempts: row.progress.attempts, trigger: .replay, requestedBy: "ops")
        rows[id] = row
        return DueDelivery(id: id, dueAt: now, progress: row.progress)
    }

    mutating func save(_ record: DestinationRecord, of destination: Int) {
        records[destination] = record
    }

    /// The states that survive a restart, in the order of their destinations.
    func destinationRecords() -> [(destination: Int, record: DestinationRecord)] {
        records.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }.filter {
            [.paused, .gone, .suspended].contains($0.1.health)
        }
    }

    private mutating func forgetPending(_ id: DeliveryID, _ row: Row) {
        pending[row.destination].remove(id)
        pendingCount -= 1
    }
}
