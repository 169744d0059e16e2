import Deliveries

/// The ledger as a plain value, with the semantics that `DeliveryStore` and `OperatorLedger` promise. What is slow or fails
/// about a real one is the world's business: a read copies out a page when it begins, and the page arrives later.
struct SimulatedLedger {
    struct Row {
        var destination: Int
        var status = DeliveryStatus.pending
        var dueAt: Timestamp
        var progress = DeliveryProgress.fresh
        /// When it was called off, in milliseconds since the world began.
        var cancelledAt: Int64?
    }

    struct Page {
        var deliveries: [DueDelivery]
        var nextDueAt: Timestamp?
    }

    /// A pending delivery in the order in which it is due.
    struct Key {
        var dueAt: Timestamp
        var id: DeliveryID

        func isBefore(_ other: Key) -> Bool {
            dueAt != other.dueAt ? dueAt < other.dueAt : id < other.id
        }
    }

    /// Pending deliveries of one destination, each kind in order.
    struct Shelf {
        var firstAttempts: [Key] = []
        var retries: [Key] = []

        var earliestDueAt: Timestamp? {
            guard let first = firstAttempts.first?.dueAt else { return retries.first?.dueAt }
            return retries.first.map { min(first, $0.dueAt) } ?? first
        }
    }

    /// By the numbers of the deliveries.
    private var rows: [Row?]
    private(set) var shelves: [Shelf]
    private var records: [DestinationRecord?]
    private(set) var admittedCount = 0
    private(set) var pendingCount = 0

    init(destinations: Int, deliveries: Int) {
        rows = Array(repeating: nil, count: deliveries)
        shelves = Array(repeating: Shelf(), count: destinations)
        records = Array(repeating: nil, count: destinations)
    }

    subscript(_ id: DeliveryID) -> Row? { rows[Int(id.rawValue)] }

    func isPending(_ id: DeliveryID) -> Bool { self[id]?.status == .pending }

    mutating func admit(_ id: DeliveryID, to destination: Int, dueAt: Timestamp) {
        let row = Row(destination: destination, dueAt: dueAt)
        rows[Int(id.rawValue)] = row
        admittedCount += 1
        shelve(id, row)
    }

    /// First attempts ahead of retries, but for an eighth of the page that retries are sure of; the earliest due first.
    func due(at destination: Int, by time: Timestamp, limit: Int, stuck: Int) -> Page {
        let shelf = shelves[destination]
        let retriesDue = shelf.retries.prefix(limit).prefix { $0.dueAt <= time }.count
        let passedOver = min(stuck, limit)
        let reserved = limit > 1 ? min(retriesDue, passedOver + (limit - passedOver + 7) / 8) : 0
        let firstAttempts = shelf.firstAttempts.prefix(limit - reserved).prefix { $0.dueAt <= time }
        let retries = shelf.retries.prefix(min(retriesDue, limit - firstAttempts.count))
        var page = Page(deliveries: [])
        page.deliveries.reserveCapacity(firstAttempts.count + retries.count)
        for keys in [firstAttempts, retries] {
            for key in keys {
                guard let row = self[key.id] else { continue }
                page.deliveries.append(DueDelivery(id: key.id, dueAt: key.dueAt, progress: row.progress))
            }
        }
        for (keys, taken) in [(shelf.firstAttempts, firstAttempts.count), (shelf.retries, retries.count)]
        where taken < keys.count {
            page.nextDueAt = min(page.nextDueAt ?? .distantFuture, keys[taken].dueAt)
        }
        return page
    }

    /// Destinations that have pending deliveries, and the earliest due time of each.
    func backlog() -> [(destination: Int, earliestDueAt: Timestamp)] {
        shelves.indices.compactMap { destination in shelves[destination].earliestDueAt.map { (destination, $0) } }
    }

    /// Writes results; what is on record already is ignored whole.
    mutating func record(_ result: AttemptResult) {
        let id = result.attempt.delivery
        // Attempts are recorded in the order of their numbers.
        guard var row = self[id], result.attempt.number > row.progress.attempts else { return }
        let wasPending = row.status == .pending
        if wasPending { unshelve(id, row) }
        // What was asked for after it had begun, or without its knowing, is still to be made.
        let isBeforeReplay =
            row.progress.trigger == .replay
            && (result.attempt.trigger == .scheduled || result.replayDueAt != nil
                || result.attempt.startedAt.advanced(byMilliseconds: Dispatcher.smallestStepBack) < row.dueAt)
        row.progress.attempts = result.attempt.number
        switch result.next {
        case let next where wasPending && isBeforeReplay && next != .end(.delivered):
            break
        case .retry(let due, let progress) where wasPending:
            row.dueAt = due
            row.progress = progress
        case .end(let status) where wasPending || status == .delivered:
            row.status = status
        default:
            break
        }
        rows[Int(id.rawValue)] = row
        if row.status == .pending { shelve(id, row) }
    }

    /// - Returns: whether there was something to call off.
    mutating func cancel(_ id: DeliveryID, at now: Int64) -> Bool {
        guard var row = self[id], row.status == .pending else { return false }
        unshelve(id, row)
        row.status = .cancelled
        row.cancelledAt = now
        rows[Int(id.rawValue)] = row
        return true
    }

    /// Makes a delivery due at once with its whole schedule before it. A delivered one would need force, which nobody uses here.
    mutating func replay(_ id: DeliveryID, at now: Timestamp) -> DueDelivery? {
        guard var row = self[id], row.status != .delivered else { return nil }
        if row.status == .pending { unshelve(id, row) }
        row.status = .pending
        row.dueAt = now
        row.progress = DeliveryProgress(attempts: row.progress.attempts, trigger: .replay, requestedBy: "ops")
        rows[Int(id.rawValue)] = row
        shelve(id, row)
        return DueDelivery(id: id, dueAt: now, progress: row.progress)
    }

    /// Moves due times that lie after `time` earlier, but not before it.
    mutating func moveDueTimes(after time: Timestamp, earlierBy milliseconds: Int64) {
        for index in rows.indices {
            guard var row = rows[index], row.status == .pending, row.dueAt > time else { continue }
            let id = DeliveryID(rawValue: Int64(index))
            unshelve(id, row)
            row.dueAt = max(time, row.dueAt.advanced(byMilliseconds: -milliseconds))
            rows[index] = row
            shelve(id, row)
        }
    }

    mutating func save(_ record: DestinationRecord, of destination: Int) {
        records[destination] = record
    }

    /// The states that survive a restart, in the order of their destinations.
    func destinationRecords() -> [(destination: Int, record: DestinationRecord)] {
        records.enumerated().compactMap { index, record in
            guard let record, record.health != .healthy else { return nil }
            return (index, record)
        }
    }

    // MARK: Order

    private mutating func shelve(_ id: DeliveryID, _ row: Row) {
        pendingCount += 1
        let key = Key(dueAt: row.dueAt, id: id)
        if row.progress.attempts == 0 {
            Self.insert(key, into: &shelves[row.destination].firstAttempts)
        } else {
            Self.insert(key, into: &shelves[row.destination].retries)
        }
    }

    private mutating func unshelve(_ id: DeliveryID, _ row: Row) {
        pendingCount -= 1
        let key = Key(dueAt: row.dueAt, id: id)
        if row.progress.attempts == 0 {
            Self.remove(key, from: &shelves[row.destination].firstAttempts)
        } else {
            Self.remove(key, from: &shelves[row.destination].retries)
        }
    }

    private static func insert(_ key: Key, into keys: inout [Key]) {
        // What is admitted is mostly the latest.
        if let last = keys.last, key.isBefore(last) {
            keys.insert(key, at: place(of: key, in: keys))
        } else {
            keys.append(key)
        }
    }

    private static func remove(_ key: Key, from keys: inout [Key]) {
        let place = place(of: key, in: keys)
        if place < keys.count, keys[place].id == key.id { keys.remove(at: place) }
    }

    /// The first place at which no earlier key stands.
    private static func place(of key: Key, in keys: [Key]) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].isBefore(key) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
