import Deliveries
import HTTPSender
import Ledger
import Metrics
import Telemetry
import Testing

@testable import Relay

@Suite("What an attempt sends and counts")
struct RequestBuilderTests {
    @Test("A URL that came with an event is not shown the operator's certificate")
    func clientCertificate() throws {
        let route = try TestRelay.route(success: "https://hooks.example/done")
        var routes = try TestRelay.snapshot([route])
        routes = RoutingSnapshot(
            table: RouteTable(routes: [route], callbacks: DestinationPolicy(), addresses: routes.table.addresses),
            keys: routes.keys,
            callbackKeys: routes.keys.values.first,
            transport: TransportOptions(proxy: "http://proxy:1", clientCertificateFile: "c.pem", clientKeyFile: "k.pem")
        )
        func options(_ destination: String, url: String) throws -> TransportOptions? {
            var dispatcher = Dispatcher(seed: 1)
            let order = dispatcher.beginTest(DeliveryID(rawValue: 1), to: destination, requestedBy: "ann")
            let payload = DeliveryPayload(
                id: DeliveryID(rawValue: 1),
                eventID: "e",
                type: "job.completed",
                body: [],
                traceparent: nil,
                destination: destination,
                url: url,
                publishedAt: Timestamp(milliseconds: 0)
            )
            let builder = RequestBuilder(userAgent: "test")
            return try builder.request(for: order, payload, routes, at: Timestamp(milliseconds: 0))?.options
        }
        let own = try options("default.success", url: "https://hooks.example/done")
        #expect(own?.clientCertificateFile == "c.pem" && own?.clientKeyFile == "k.pem")
        let given = "https://other.example/x"
        let name = RouteTable.callbackName(try DestinationURL(given))
        let others = try options(name, url: given)
        #expect(others == TransportOptions(proxy: "http://proxy:1"))
    }

    @Test("A delivery that was cancelled while its attempt was under way is counted as dead by nobody")
    func cancelledIsNotDead() {
        let registry = PrometheusRegistry()
        let counters = DestinationCounters(label: "a", factory: registry)
        let attempt = Attempt(
            delivery: DeliveryID(rawValue: 1),
            number: 1,
            trigger: .scheduled,
            requestedBy: nil,
            startedAt: Timestamp(milliseconds: 0),
            url: "https://a.example/",
            outcome: .rejected,
            answer: Answer(requestWasSent: true, statusCode: 400, times: PhaseTimes(total: 1))
        )
        var result = AttemptResult(attempt: attempt, next: .end(.dead))
        result.wasCancelled = true
        counters.count(result)
        #expect(registry.render().contains(#"postback_deliveries_ended_total{destination="a",status="dead"} 0"#))
        result.wasCancelled = false
        counters.count(result)
        #expect(registry.render().contains(#"postback_deliveries_ended_total{destination="a",status="dead"} 1"#))
    }
}
