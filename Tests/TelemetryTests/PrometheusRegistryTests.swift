import Metrics
import Telemetry
import Testing

@Suite struct PrometheusRegistryTests {
    @Test("Counters, levels and histograms are written in the text format")
    func writesAllKinds() {
        let registry = PrometheusRegistry()
        let counter = Counter(
            label: MetricName.attempts.rawValue,
            dimensions: [("destination", "a"), ("outcome", "retry")],
            factory: registry
        )
        counter.increment()
        counter.increment(by: 2)
        Meter(label: MetricName.pending.rawValue, dimensions: [], factory: registry).set(1.5)
        let timer = Timer(label: MetricName.commit.rawValue, dimensions: [], factory: registry)
        timer.recordNanoseconds(600_000)
        timer.recordNanoseconds(9_000_000_000)
        let text = registry.render()
        #expect(text.contains("# TYPE postback_attempts_total counter\n"))
        #expect(text.contains("postback_attempts_total{destination=\"a\",outcome=\"retry\"} 3\n"))
        #expect(text.contains("postback_deliveries_pending 1.5\n"))
        #expect(text.contains("postback_ledger_commit_seconds_bucket{le=\"0.0005\"} 0\n"))
        #expect(text.contains("postback_ledger_commit_seconds_bucket{le=\"0.001\"} 1\n"))
        #expect(text.contains("postback_ledger_commit_seconds_bucket{le=\"5\"} 1\n"))
        #expect(text.contains("postback_ledger_commit_seconds_bucket{le=\"+Inf\"} 2\n"))
        #expect(text.contains("postback_ledger_commit_seconds_count 2\n"))
    }

    @Test("Handles of one series add up")
    func sharesSeries() {
        let registry = PrometheusRegistry()
        for _ in 0..<3 { Counter(label: "c", dimensions: [("l", "v")], factory: registry).increment() }
        #expect(registry.render().contains("c{l=\"v\"} 3\n"))
    }

    @Test("Label values are escaped")
    func escapesLabels() {
        let registry = PrometheusRegistry()
        Counter(label: "c", dimensions: [("l", "a\"b\\c\nd")], factory: registry).increment()
        #expect(registry.render().contains(#"c{l="a\"b\\c\nd"} 1"#))
    }
}
