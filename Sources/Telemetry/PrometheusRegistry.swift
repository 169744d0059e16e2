package import CoreMetrics
import Synchronization

/// A swift-metrics back end that keeps every series in memory and writes them in Prometheus' text format 0.0.4.
///
/// Labels must have bounded values: a series is kept for ever, but for a level that is destroyed. Timers become histograms in seconds with
/// the buckets of their ``MetricName``; a level whose name ends in `_total` is a counter that is kept elsewhere.
package final class PrometheusRegistry: MetricsFactory {
    private struct Key: Hashable {
        var label: String
        var dimensions: [String]
    }

    private let series = Mutex<[Key: MetricSeries]>([:])

    /// Makes an empty registry.
    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions, .counter)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        find(label, dimensions, .gauge)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        find(label, dimensions, label.hasSuffix("_total") ? .counter : .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, .histogram(MetricName(rawValue: label)?.buckets ?? [0.01, 0.1, 1, 10]))
    }

    /// Ends a level: it is not shown any more.
    package func destroyMeter(_ handler: any MeterHandler) {
        series.withLock { series in
            if let key = series.first(where: { $0.value === handler })?.key { series[key] = nil }
        }
    }

    // The others are shared by all handles of a label and live as long as the process.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func find(_ label: String, _ dimensions: [(String, String)], _ kind: MetricSeries.Kind) -> MetricSeries {
        let key = Key(label: label, dimensions: dimensions.flatMap { [$0.0, $0.1] })
        return series.withLock { series in
            if let known = series[key] { return known }
            let made = MetricSeries(kind: kind, labels: Self.labels(dimensions))
            series[key] = made
            return made
        }
    }

    /// All series as text, sorted by name and labels.
    package func render() -> String {
        let all = series.withLock { $0.map { ($0.key.label, $0.value) } }
        let byName = Dictionary(grouping: all) { $0.0 }
        var text = ""
        for (name, series) in byName.sorted(by: { $0.key < $1.key }) {
            guard let kind = series.first?.1.kind.name else { continue }
            if let help = MetricName(rawValue: name)?.help { text += "# HELP \(name) \(help)\n" }
            text += "# TYPE \(name) \(kind)\n"
            for (_, one) in series.sorted(by: { $0.1.labels < $1.1.labels }) { one.write(name, to: &text) }
        }
        return text
    }

    private static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { name, value in
            let escaped = value.unicodeScalars.map { scalar -> String in
                switch scalar {
                case "\\": #"\\"#
                case "\"": #"\""#
                case "\n": #"\n"#
                default: String(scalar)
                }
            }.joined()
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
    }
}
