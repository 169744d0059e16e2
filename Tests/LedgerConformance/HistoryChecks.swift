import Deliveries
import Ledger

extension LedgerConformance {
    /// Long random histories, after which everything that the ledger says of itself must agree.
    static let histories: [ConformanceCheck] = (1...4).map { seed in
        ConformanceCheck("lists, counts, backlog and pages agree after the random history \(seed)") { ledger in
            var history = History(seed: UInt64(seed))
            for _ in 0..<60 { try await history.step(ledger) }
            try await history.compare(ledger)
        }
    }
}

/// A random history, and what the ledger must hold after it.
private struct History {
    private struct Known {
        var destination: String
        var status: DeliveryStatus
        var attempts: Int
        var dueAt: Timestamp?
        /// Whether the attempt that somebody asked for is still to be made.
        var awaitsReplay = false

        mutating func set(_ status: DeliveryStatus, dueAt: Timestamp?) {
            self.status = status
            self.dueAt = dueAt
        }
    }

    private var random: SplitMix
    private var known: [Int64: Known] = [:]
    private var newest: Int64 = 0
    private var now: Int64 = 0

    init(seed: UInt64) { random = SplitMix(state: seed) }

    mutating func step(_ ledger: any DeliveryLedger) async throws {
        now += 10
        switch Int.random(in: 0..<10, using: &random) {
        case 0...2: try await admit(ledger)
        case 3...6: try await record(ledger)
        case 7: try await cancel(ledger)
        case 8: try await replay(ledger)
        default: try await prune(ledger)
        }
    }

    private mutating func admit(_ ledger: any DeliveryLedger) async throws {
        var news: [NewDelivery] = []
        for _ in 0..<Int.random(in: 1...20, using: &random) {
            newest += 1
            let destination = ["a", "b", "c"][Int.random(in: 0..<3, using: &random)]
            news.append(Sample.delivery(newest, destination: destination, receivedAt: Sample.time(now)))
            known[newest] = Known(destination: destination, status: .pending, attempts: 0, dueAt: Sample.time(now))
        }
        try await ledger.add(news)
    }

    /// Attempts of deliveries in any status, as after a late answer.
    private mutating func record(_ ledger: any DeliveryLedger) async throws {
        var results: [AttemptResult] = []
        for id in known.keys.sorted().shuffled(using: &random).prefix(15) {
            guard var delivery = known[id] else { continue }
            delivery.attempts += 1
            let (number, time) = (delivery.attempts, Sample.time(now))
            let isReplay = delivery.awaitsReplay && Bool.random(using: &random)
            if isReplay { delivery.awaitsReplay = false }
            let counts = delivery.status == .pending && !delivery.awaitsReplay
            var result: AttemptResult
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                result = Sample.delivered(id, number, at: time)
                delivery.set(.delivered, dueAt: nil)
            case 1:
                result = Sample.dead(id, number, at: time)
                if counts { delivery.set(.dead, dueAt: nil) }
            default:
                result = Sample.retry(id, number, at: time, next: Sample.time(now + 500))
                if counts { delivery.dueAt = Sample.time(now + 500) }
            }
            if isReplay { result.attempt.trigger = .replay }
            results.append(result)
            known[id] = delivery
        }
        try await ledger.record(results)
    }

    private mutating func cancel(_ ledger: any DeliveryLedger) async throws {
        guard let id = known.keys.sorted().randomElement(using: &random) else { return }
        _ = try await ledger.cancel(DeliveryID(rawValue: id), at: Sample.time(now))
        if known[id]?.status == .pending { known[id]?.set(.cancelled, dueAt: nil) }
    }

    private mutating func replay(_ ledger: any DeliveryLedger) async throws {
        guard let id = known.keys.sorted().randomElement(using: &random) else { return }
        let force = Bool.random(using: &random)
        let time = Sample.time(now)
        _ = try await ledger.replay(DeliveryID(rawValue: id), force: force, requestedBy: "ops", at: time)
        if known[id]?.status != .delivered || force {
            known[id]?.set(.pending, dueAt: time)
            known[id]?.awaitsReplay = true
        }
    }

    private mutating func prune(_ ledger: any DeliveryLedger) async throws {
        var limits = RetentionLimits.nothing
        limits.deliveredBefore = .distantFuture
        _ = try await ledger.prune(limits, limit: 1_000)
        known = known.filter { $0.value.status == .pending || $0.value.status == .dead }
    }

    func compare(_ ledger: any DeliveryLedger) async throws {
        for status in DeliveryStatus.allCases {
            let expected = known.filter { $0.value.status == status }.keys.sorted(by: >)
            var listed: [Int64] = []
            var query = DeliveryQuery(limit: 200)
            query.status = status
            while true {
                let page = try await ledger.deliveries(query)
                listed += page.items.map(\.id.rawValue)
                guard page.hasMore else { break }
                query.after = page.items.last?.id
            }
            try expect(listed, is: expected, "\(status)")
        }
        let statistics = try await ledger.destinationStatistics(since: Sample.start)
        let backlog = try await ledger.backlog()
        for destination in ["a", "b", "c"] {
            let mine = known.filter { $0.value.destination == destination }
            let counted = statistics.first { $0.destination == destination }
            let counts = [counted?.pending ?? 0, counted?.delivered ?? 0, counted?.dead ?? 0, counted?.cancelled ?? 0]
            let expected = [.pending, .delivered, .dead, .cancelled].map { (status: DeliveryStatus) in
                mine.count { $0.value.status == status }
            }
            try expect(counts, is: expected, "counts of \(destination)")
            let pending = mine.filter { $0.value.status == .pending }
            try expect(
                counted?.earliestDueAt,
                is: pending.compactMap(\.value.dueAt).min(),
                "earliest of \(destination)"
            )
            let waiting = backlog.first { $0.destination == destination }
            try expect(waiting?.pending ?? 0, is: pending.count, "backlog of \(destination)")
            let page = try await ledger.due(at: destination, by: .distantFuture, limit: 10_000)
            let order = pending.sorted {
                let (left, right) = ($0.value, $1.value)
                if (left.attempts > 0) != (right.attempts > 0) { return left.attempts == 0 }
                return left.dueAt == right.dueAt
                    ? $0.key < $1.key : (left.dueAt ?? Sample.start) < (right.dueAt ?? Sample.start)
            }
            try expect(page.deliveries.map(\.id.rawValue), is: order.map(\.key), "due at \(destination)")
            try expect(page.nextDueAt, is: nil, "rest of \(destination)")
        }
        let pending = known.count { $0.value.status == .pending }
        try expect(await ledger.totals().pending, is: pending, "total")
    }

}

/// Steele, Lea and Flood's SplitMix64: a small generator whose sequence a seed fixes.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
