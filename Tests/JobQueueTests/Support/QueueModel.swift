import Deliveries
import JobQueue

/// What the queue should do, told in the simplest way: one value in memory, every call predicted.
///
/// Its time is only what the test adds to the server's clock. All spans end five seconds off the steps in which it moves, so the
/// moments that really pass in between change nothing.
struct QueueModel {
    struct Job {
        var priority: JobPriority
        var maxRetries: Int
        var status: JobStatus
        var dueAt: Int64 = 0
        var fence: Int64 = 0
        var leaseEnds: Int64 = 0
        var isCancelRequested = false
        var retryCount = 0
        var recoveries = 0
        var ends = 0
        /// The last word that counted, and whose it was.
        var said: String?
    }

    static let lease: Int64 = 25_000
    static let pause: Int64 = 45_000
    static let delay: Int64 = 35_000
    static let recoveryLimit = 2
    private static let turns: [JobPriority] = [
        .high, .normal, .high, .high, .normal, .high, .low, .high, .normal, .high,
    ]

    let capacity: Int
    let concurrency: Int
    let isStrict: Bool
    var now: Int64 = 0
    var isPaused = false
    var jobs: [JobID: Job] = [:]
    /// Ends that were announced, also of jobs that were cleaned away.
    var announced: [String] = []
    /// Jobs that went back at the same moment may come in any order among themselves.
    private var again: [Set<JobID>] = []
    private var levels: [JobPriority: [Set<JobID>]] = [:]
    private var turn = 0

    init(capacity: Int, concurrency: Int, isStrict: Bool) {
        self.capacity = capacity
        self.concurrency = concurrency
        self.isStrict = isStrict
    }

    func count(_ status: JobStatus) -> Int { jobs.values.count { $0.status == status } }

    var isFull: Bool { count(.queued) + count(.scheduled) >= capacity }

    // MARK: Submitters

    /// - Returns: whether it is taken.
    mutating func submit(_ id: JobID, _ priority: JobPriority, maxRetries: Int, isDelayed: Bool) -> Bool {
        guard !isFull else { return false }
        var job = Job(priority: priority, maxRetries: maxRetries, status: .queued)
        if isDelayed {
            job.status = .scheduled
            job.dueAt = now + Self.delay
        }
        jobs[id] = job
        if !isDelayed { levels[priority, default: []].append([id]) }
        return true
    }

    mutating func cancel(_ id: JobID) -> String {
        guard let job = jobs[id] else { return "notFound" }
        switch job.status {
        case .completed, .failed, .cancelled: return "ended \(job.status)"
        case .processing:
            jobs[id]?.isCancelRequested = true
            return "requested"
        case .queued, .scheduled:
            remove(id)
            end(id, .cancelled)
            return "cancelled"
        }
    }

    mutating func retry(_ id: JobID) -> String {
        guard let job = jobs[id] else { return "notFound" }
        switch job.status {
        case .queued, .scheduled, .processing: return "notEnded \(job.status)"
        case .completed: return "completed"
        case .failed, .cancelled:
            guard !isFull else { return "full" }
            jobs[id]?.status = .queued
            jobs[id]?.retryCount = 0
            jobs[id]?.recoveries = 0
            jobs[id]?.isCancelRequested = false
            levels[job.priority, default: []].append([id])
            return "queued"
        }
    }

    /// - Returns: how many ended jobs of this status go.
    mutating func clean(_ status: JobStatus) -> Int {
        let gone = jobs.filter { $0.value.status == status }.keys
        for id in gone { jobs[id] = nil }
        return gone.count
    }

    // MARK: Workers

    /// Those of which a claim may give one; empty if it gives none.
    func claimable() -> Set<JobID> {
        guard !isPaused, concurrency == 0 || count(.processing) < concurrency else { return [] }
        if let first = again.first { return first }
        return level().flatMap { levels[$0]?.first } ?? []
    }

    private func level() -> JobPriority? {
        let turn = Self.turns[turn % Self.turns.count]
        if !isStrict, levels[turn]?.isEmpty == false { return turn }
        return [.high, .normal, .low].first { levels[$0]?.isEmpty == false }
    }

    mutating func claimed(_ id: JobID, fence: Int64) {
        if again.isEmpty { turn += 1 }
        remove(id)
        jobs[id]?.status = .processing
        jobs[id]?.fence = fence
        jobs[id]?.leaseEnds = now + Self.lease
    }

    func holds(_ lease: JobLease) -> Bool {
        jobs[lease.job].map { $0.status == .processing && $0.fence == lease.fence } ?? false
    }

    mutating func beat(_ lease: JobLease, renews: Bool) -> LeaseAnswer {
        guard holds(lease), let job = jobs[lease.job] else { return .lost }
        if renews { jobs[lease.job]?.leaseEnds = now + Self.lease }
        return job.isCancelRequested ? .cancelRequested : .held
    }

    mutating func say(_ word: String, _ lease: JobLease, isRetriable: Bool = false) -> String {
        let id = lease.job
        guard holds(lease), let job = jobs[id] else {
            return jobs[id]?.said == "\(word) \(lease.fence)" ? "alreadySaid" : "leaseLost"
        }
        jobs[id]?.said = "\(word) \(lease.fence)"
        switch word {
        case "complete":
            end(id, .completed)
            return "ended completed"
        case "cancelled":
            end(id, .cancelled)
            return "ended cancelled"
        case "release" where !job.isCancelRequested:
            jobs[id]?.status = .queued
            again.append([id])
            return "released"
        case "fail" where !isRetriable || !job.isCancelRequested && job.retryCount >= job.maxRetries:
            end(id, .failed)
            return "ended failed"
        case "fail" where !job.isCancelRequested:
            jobs[id]?.status = .scheduled
            jobs[id]?.retryCount += 1
            jobs[id]?.dueAt = now + Self.pause
            return "willRetry"
        default:
            end(id, .cancelled)
            return "ended cancelled"
        }
    }

    // MARK: Time

    /// - Returns: how many become due.
    mutating func promote() -> Int {
        let due = jobs.filter { $0.value.status == .scheduled && $0.value.dueAt <= now }
        for (priority, group) in Dictionary(grouping: due, by: { $0.value.priority }) {
            levels[priority, default: []].append(Set(group.map(\.key)))
        }
        for id in due.keys { jobs[id]?.status = .queued }
        return due.count
    }

    /// - Returns: how many go back, end, and are left to the asker.
    mutating func recover(except held: Set<JobID>) -> [Int] {
        let over = jobs.filter { $0.value.status == .processing && $0.value.leaseEnds <= now }
        var back: Set<JobID> = []
        var ended = 0
        for (id, job) in over where !held.contains(id) {
            if job.isCancelRequested || job.recoveries >= Self.recoveryLimit {
                end(id, job.isCancelRequested ? .cancelled : .failed)
                ended += 1
            } else {
                jobs[id]?.status = .queued
                jobs[id]?.recoveries += 1
                back.insert(id)
            }
        }
        if !back.isEmpty { again.append(back) }
        return [back.count, ended, over.keys.count { held.contains($0) }]
    }

    private mutating func end(_ id: JobID, _ status: JobStatus) {
        guard var job = jobs[id] else { return }
        job.status = status
        job.ends += 1
        job.isCancelRequested = false
        jobs[id] = job
        announced.append("\(id):\(job.ends) job.\(status)")
    }

    private mutating func remove(_ id: JobID) {
        let without = { (groups: [Set<JobID>]) in groups.map { $0.subtracting([id]) }.filter { !$0.isEmpty } }
        again = without(again)
        levels = levels.mapValues(without)
    }
}
