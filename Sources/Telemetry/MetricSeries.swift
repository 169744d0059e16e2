import CoreMetrics
import Synchronization

/// One series: a name with one set of labels. It serves as the handler of every kind, so that the registry keeps one table.
final class MetricSeries: CounterHandler, RecorderHandler, MeterHandler, TimerHandler {
    enum Kind {
        case counter
        case gauge
        /// Upper bounds of the buckets in seconds, rising.
        case histogram([Double])

        var name: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct State {
        var value = 0.0
        var count: Int64 = 0
        var buckets: [Int64]
    }

    let kind: Kind
    let labels: String
    private let state: Mutex<State>

    init(kind: Kind, labels: String) {
        self.kind = kind
        self.labels = labels
        if case .histogram(let bounds) = kind {
            self.state = Mutex(State(buckets: Array(repeating: 0, count: bounds.count)))
        } else {
            self.state = Mutex(State(buckets: []))
        }
    }

    func increment(by amount: Int64) { state.withLock { $0.value += Double(amount) } }
    func increment(by amount: Double) { state.withLock { $0.value += amount } }
    func decrement(by amount: Double) { state.withLock { $0.value -= amount } }
    func reset() { state.withLock { $0.value = 0 } }
    func set(_ value: Int64) { state.withLock { $0.value = Double(value) } }
    func set(_ value: Double) { state.withLock { $0.value = value } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    func recordNanoseconds(_ duration: Int64) {
        guard case .histogram(let bounds) = kind else { return }
        let seconds = Double(duration) / 1_000_000_000
        state.withLock { state in
            state.value += seconds
            state.count += 1
            if let bucket = bounds.firstIndex(where: { seconds <= $0 }) { state.buckets[bucket] += 1 }
        }
    }

    func write(_ name: String, to text: inout String) {
        let now = state.withLock { $0 }
        guard case .histogram(let bounds) = kind else {
            text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.number(now.value))\n"
            return
        }
        let separator = labels.isEmpty ? "" : ","
        var cumulative: Int64 = 0
        for (bound, count) in zip(bounds, now.buckets) {
            cumulative += count
            text += "\(name)_bucket{\(labels)\(separator)le=\"\(Self.number(bound))\"} \(cumulative)\n"
        }
        text += "\(name)_bucket{\(labels)\(separator)le=\"+Inf\"} \(now.count)\n"
        text += "\(name)_sum\(labels.isEmpty ? "" : "{\(labels)}") \(Self.number(now.value))\n"
        text += "\(name)_count\(labels.isEmpty ? "" : "{\(labels)}") \(now.count)\n"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
