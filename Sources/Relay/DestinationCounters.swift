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

    init(label: String, factory: any MetricsFactory) {
        self.label = label
        self.factory = factory
    }

    /// Counts a finished attempt and, if it ended its delivery, that.
    mutating func count(_ result: AttemptResult) {
        let outcome = result.attempt.outcome
        let attempt = attempts[outcome] ?? make(.attempts, "outcome", outcome.rawValue)
        attempts[outcome] = attempt
        attempt.increment()
        guard case .end(let status) = result.next else { return }
        let end = ended[status] ?? make(.ended, "status", status.rawValue)
        ended[status] = end
        end.increment()
    }

    private func make(_ name: MetricName, _ dimension: String, _ value: String) -> Counter {
        Counter(label: name.rawValue, dimensions: [("destination", label), (dimension, value)], factory: factory)
    }
}
