import Deliveries
import Metrics
import Telemetry

/// What is counted of one destination. Each counter is made when it is first needed, and kept: making one costs more than
/// counting a thousand times.
struct DestinationCounters {
    private let label: String
    private let factory: any MetricsFactory
    private var attempts: [AttemptOutcome: Counter] = [:]
    private var ended: [DeliveryStatus: Counter] = [:]

    /// Makes all of them at once: a counter that is born with its first count never rises, and alerts pass it over.
    init(label: String, factory: any MetricsFactory) {
        self.label = label
        self.factory = factory
        for outcome in AttemptOutcome.allCases { attempts[outcome] = make(.attempts, "outcome", outcome.rawValue) }
        for status in DeliveryStatus.allCases where status != .pending {
            ended[status] = make(.ended, "status", status.rawValue)
        }
    }

    /// Counts a finished attempt and, if it ended its delivery, that.
    func count(_ result: AttemptResult) {
        attempts[result.attempt.outcome]?.increment()
        // Unless it was delivered, a replay that was asked for meanwhile goes on with it, and one that was cancelled had ended before.
        if case .end(let status) = result.next,
            status == .delivered || result.replayDueAt == nil && !result.wasCancelled
        {
            ended[status]?.increment()
        }
    }

    private func make(_ name: MetricName, _ dimension: String, _ value: String) -> Counter {
        Counter(label: name.rawValue, dimensions: [("destination", label), (dimension, value)], factory: factory)
    }
}
