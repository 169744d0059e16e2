import Deliveries
import Relay
import Telemetry
import Testing

@Suite("The relay's metrics")
struct RelayMetricsTests {
    @Test(
        "the counters of a destination are there before anything was sent to it, so that an alert sees the first failure"
    )
    func announces() {
        let registry = PrometheusRegistry()
        let metrics = RelayMetrics(factory: registry)
        metrics.announce("psikotes.success")
        metrics.announce(RouteTable.callbackPrefix)
        let text = registry.render()
        for destination in ["psikotes.success", "callback"] {
            for outcome in AttemptOutcome.allCases {
                #expect(
                    text.contains(
                        #"postback_attempts_total{destination="\#(destination)",outcome="\#(outcome.rawValue)"} 0"#
                    )
                )
            }
            #expect(
                text.contains(#"postback_deliveries_ended_total{destination="\#(destination)",status="dead"} 0"#)
            )
        }
    }
}
