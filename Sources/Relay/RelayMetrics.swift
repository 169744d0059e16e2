import Deliveries
import Ledger
package import Metrics
import Telemetry

/// The relay's instruments; handles are made once.
package struct RelayMetrics: Sendable {
    private let factory: any MetricsFactory
    private let published: Counter
    private let quarantined: Counter
    private let duplicates: Counter
    private let ignored: Counter
    private let eventToFirstAttempt: Metrics.Timer
    private let exchange: Metrics.Timer
    private let commitTime: Metrics.Timer
    private let inFlight: Meter
    private let held: Meter
    private let unrecorded: Meter

    /// Makes the instruments.
    package init(factory: any MetricsFactory) {
        self.factory = factory
        published = Counter(label: MetricName.published.rawValue, dimensions: [], factory: factory)
        quarantined = Counter(label: MetricName.quarantined.rawValue, dimensions: [], factory: factory)
        duplicates = Counter(label: MetricName.duplicates.rawValue, dimensions: [], factory: factory)
        ignored = Counter(label: MetricName.ignored.rawValue, dimensions: [], factory: factory)
        eventToFirstAttempt = Timer(label: MetricName.eventToFirstAttempt.rawValue, dimensions: [], factory: factory)
        exchange = Timer(label: MetricName.exchange.rawValue, dimensions: [], factory: factory)
        commitTime = Timer(label: MetricName.commit.rawValue, dimensions: [], factory: factory)
        inFlight = Meter(label: MetricName.inFlight.rawValue, dimensions: [], factory: factory)
        held = Meter(label: MetricName.held.rawValue, dimensions: [], factory: factory)
        unrecorded = Meter(label: MetricName.unrecorded.rawValue, dimensions: [], factory: factory)
    }

    func admissions(_ admissions: [Admission]) {
        var counts = (admitted: 0, duplicate: 0, quarantined: 0)
        for admission in admissions {
            switch admission {
            case .admitted: counts.admitted += 1
            case .duplicate: counts.duplicate += 1
            case .conflict, .quarantined: counts.quarantined += 1
            }
        }
        if counts.admitted > 0 { published.increment(by: counts.admitted) }
        if counts.duplicate > 0 { duplicates.increment(by: counts.duplicate) }
        if counts.quarantined > 0 { quarantined.increment(by: counts.quarantined) }
    }

    func ignored(_ count: Int) {
        if count > 0 { ignored.increment(by: count) }
    }

    func commit(_ time: Duration) { commitTime.recordNanoseconds(time.nanoseconds) }

    func firstAttempt(after milliseconds: Int64) {
        eventToFirstAttempt.recordNanoseconds(max(0, milliseconds).multipliedSaturating(by: 1_000_000))
    }

    func exchange(milliseconds: Double) { exchange.recordNanoseconds(Int64(max(0, milliseconds) * 1_000_000)) }

    func levels(inFlight: Int, held: Int, unrecorded: Int) {
        self.inFlight.set(inFlight)
        self.held.set(held)
        self.unrecorded.set(unrecorded)
    }

    /// The label under which a destination is counted. Destinations of URLs that came with an event share one, because their
    /// names have no bound.
    static func label(of destination: String) -> String {
        destination.hasPrefix(RouteTable.callbackPrefix) ? "callback" : destination
    }

    /// Has the counters of a destination shown, whether anything was counted or not.
    package func announce(_ destination: String) { _ = counters(of: Self.label(of: destination)) }

    /// The counters of one label.
    func counters(of label: String) -> DestinationCounters { DestinationCounters(label: label, factory: factory) }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedSaturating(by: 1_000_000_000).addingSaturating(attoseconds / 1_000_000_000)
    }
}
