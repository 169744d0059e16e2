import Deliveries
import JobQueue
import Synchronization

/// When jobs should be done, from what runs took and how many run at once. What it asks Redis for is kept for two seconds, so
/// that a flood of submissions asks once.
final class Estimates: Sendable {
    private struct Subject: Hashable {
        var queue: QueueName
        var productID: String?
    }

    private struct Known: Sendable {
        var average: Duration?
        /// How many run at once; 0 while the queue is paused.
        var slots: Int
        var at: ContinuousClock.Instant
    }

    private static let life = Duration.seconds(2)
    /// Subjects remembered at most: product ids come from outside.
    private static let limit = 1_000

    private let queue: JobQueue
    private let known = Mutex<[Subject: Known]>([:])

    init(queue: JobQueue) {
        self.queue = queue
    }

    /// - Returns: `nil` when the job has ended, or waits in a paused queue, or nothing was measured, or Redis cannot be asked.
    func completion(of job: JobRecord, position: Int?, now: Timestamp) async -> Timestamp? {
        guard !job.status.isEnd else { return nil }
        let known = await figures(of: Subject(queue: job.queue, productID: job.productID))
        guard let average = known?.average?.wholeMilliseconds, let slots = known?.slots else { return nil }
        guard slots > 0 || job.status == .processing else { return nil }
        switch job.status {
        case .processing:
            return max(now, (job.startedAt ?? now).advanced(byMilliseconds: average))
        case .scheduled:
            return max(now, job.nextRetryAt ?? job.runAt ?? now).advanced(byMilliseconds: average)
        default:
            // In rounds: as many at a time as there are slots.
            let rounds = Int64((max(position ?? 1, 1) + slots - 1) / slots)
            return now.advanced(byMilliseconds: average.multipliedSaturating(by: rounds))
        }
    }

    private func figures(of subject: Subject) async -> Known? {
        let now = ContinuousClock.now
        if let found = known.withLock({ $0[subject] }), now - found.at < Self.life { return found }
        do {
            let average = try await queue.averageDuration(of: subject.queue, productID: subject.productID)
            let slots = try await queue.workers().lazy.filter { $0.queues.contains(subject.queue) }
                .reduce(0) { $0 + $1.concurrency }
            let limit = queue.limit(of: subject.queue) ?? .max
            let isPaused = try await queue.isPaused(subject.queue)
            let fresh = Known(average: average, slots: isPaused ? 0 : max(min(slots, limit), 1), at: now)
            known.withLock { known in
                if known.count >= Self.limit { known.removeAll() }
                known[subject] = fresh
            }
            return fresh
        } catch {
            // An estimate is worth no error.
            return nil
        }
    }
}
