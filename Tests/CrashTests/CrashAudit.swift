/// Counts what was lost and what came twice, from the receiver's log, and holds the ledger against it.
///
/// The rule for each event: its requests are numbered without gaps; the same number comes again only in a later run, because the
/// earlier one was killed before the attempt was recorded; the next number comes only after one that the receiver did not
/// take. So a receiver that has taken an event gets it again only where a request had gone out and nobody could know.
struct CrashAudit: Sendable {
    /// Events whose publication Redis answered for.
    private(set) var events = 0
    /// Requests that the receiver read.
    private(set) var arrivals = 0
    /// Requests that it refused or dropped on purpose.
    private(set) var turnedAway = 0
    /// Published events that it never took.
    private(set) var lost: [String] = []
    /// Requests for events that it had taken before.
    private(set) var duplicates = 0
    /// Everything that breaks a promise, duplicates without a kill to explain them among it.
    private(set) var problems: [String] = []

    /// - Parameters:
    ///   - kills: the runs that were killed.
    ///   - replays: attempts that somebody asked for by a replay, although the event had been taken.
    init(
        _ published: [CrashEvent],
        _ log: [Arrival],
        kills: Set<Int>,
        replays: Set<AttemptKey> = []
    ) {
        events = published.count
        arrivals = log.count
        turnedAway = log.count { $0.treatment != .taken }
        let bodies = Dictionary(published.map { ($0.id, Array($0.body.utf8)) }) { first, _ in first }
        for (event, arrivals) in Dictionary(grouping: log, by: \.event) {
            guard let body = bodies[event] else {
                problems.append("\(event) arrived and was never published")
                continue
            }
            if arrivals.contains(where: { $0.body != body }) { problems.append("\(event) arrived with other bytes") }
            check(event, inOrder(arrivals), kills, replays)
        }
        let taken = Set(log.filter { $0.treatment == .taken }.map(\.event))
        lost = bodies.keys.filter { !taken.contains($0) }.sorted()
    }

    /// By run, and within a run as they came: a request of a killed run may be read a little late.
    private func inOrder(_ arrivals: [Arrival]) -> [Arrival] {
        arrivals.enumerated().sorted { ($0.element.run, $0.offset) < ($1.element.run, $1.offset) }.map(\.element)
    }

    private mutating func check(
        _ event: String,
        _ arrivals: [Arrival],
        _ kills: Set<Int>,
        _ replays: Set<AttemptKey>
    ) {
        if arrivals[0].attempt != 1 { problems.append("\(event) began with attempt \(arrivals[0].attempt)") }
        var wasTaken = false
        for (earlier, later) in zip(arrivals, arrivals.dropFirst()) {
            let step =
                "\(event): attempt \(later.attempt) in run \(later.run) after \(earlier.attempt) in run \(earlier.run)"
            wasTaken = wasTaken || earlier.treatment == .taken
            let isReplay = replays.contains(AttemptKey(event: event, number: later.attempt))
            if wasTaken, !isReplay { duplicates += 1 }
            switch later.attempt {
            case earlier.attempt:
                if later.run == earlier.run { problems.append("\(step), which nothing interrupted") }
                if !kills.contains(earlier.run) { problems.append("\(step), which was not killed") }
            case earlier.attempt + 1:
                if earlier.treatment == .taken, !isReplay { problems.append("\(step), which was taken") }
            default:
                problems.append("\(step), which is not the next")
            }
        }
    }

    /// Holds the ledger, once everything has been recorded, against the log: every event is delivered, with one row for each
    /// number that arrived, and the outcome that the receiver gave the last request of that number.
    mutating func compare(with ledger: LedgerSnapshot, _ published: [CrashEvent], _ log: [Arrival]) {
        problems += ledger.problems
        for event in published where ledger.statuses[event.id] != "delivered" {
            problems.append("\(event.id) is \(ledger.statuses[event.id] ?? "not") in the ledger")
        }
        if ledger.quarantined > 0 { problems.append("\(ledger.quarantined) entries in quarantine") }
        let last = Dictionary(
            log.map { (AttemptKey(event: $0.event, number: $0.attempt), $0) },
            uniquingKeysWith: { $1.run >= $0.run ? $1 : $0 }
        )
        var recorded: Set<AttemptKey> = []
        for attempt in ledger.attempts {
            let key = AttemptKey(event: attempt.event, number: attempt.number)
            recorded.insert(key)
            guard let arrival = last[key] else {
                if attempt.requestWasSent { problems.append("\(key) is recorded and never arrived") }
                continue
            }
            if attempt.outcome != arrival.treatment.outcome {
                problems.append("\(key) is recorded as \(attempt.outcome) and was \(arrival.treatment)")
            }
        }
        for key in last.keys where !recorded.contains(key) {
            problems.append("\(key) arrived and is not recorded")
        }
    }
}

extension Arrival.Treatment {
    /// What the relay must make of it.
    fileprivate var outcome: String {
        switch self {
        case .taken: "delivered"
        case .refused: "retry"
        case .dropped: "unknown"
        }
    }
}
