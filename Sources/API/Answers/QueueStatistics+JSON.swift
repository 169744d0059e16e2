import Deliveries
import JobQueue

extension QueueStatistics {
    /// The members of a queue.
    ///
    /// - Parameter now: from which the age of the oldest job is counted.
    func members(now: Timestamp) -> [(name: String, value: JSON)] {
        [
            ("name", .string(name.text)),
            ("paused", JSON(isPaused)),
            ("waiting", JSON(waiting)),
            ("active", JSON(active)),
            ("delayed", JSON(delayed)),
            ("completed", JSON(completed)),
            ("failed", JSON(failed)),
            ("cancelled", JSON(cancelled)),
            ("workers", JSON(workers)),
            ("oldest_waiting_since", JSON(oldestWaitingSince)),
            ("oldest_age_seconds", JSON(oldestWaitingSince.map { Int(max(0, now.milliseconds(since: $0)) / 1000) })),
        ]
    }
}
