import Testing

@testable import Deliveries

@Suite("Small values")
struct ValueTests {
    @Test(
        "A rate is read from its text",
        arguments: [
            ("100/s", 100, 1000), ("30/m", 30, 60_000), ("500/h", 500, 3_600_000), ("1000000/s", 1_000_000, 1000),
        ]
    )
    func rates(text: String, count: Int, span: Int64) {
        #expect(DeliveryRate(text) == DeliveryRate(count: count, perMilliseconds: span))
    }

    @Test(
        "A rate is not read from anything else",
        arguments: [
            "", "/", "100", "100/", "/s", "0/s", "-1/s", "1000001/s", "1/d", "1/s/s", "1.5/s", "1 /s", "1/ s",
            "99999999999999999999/s",
        ]
    )
    func wrongRates(text: String) {
        #expect(DeliveryRate(text) == nil)
    }

    @Test("A header is found by name in whatever case")
    func headers() {
        let fields = [HeaderField("X-A", "1"), HeaderField("x-a", "2")]
        #expect(fields.first(named: "x-A") == "1")
        #expect(fields.first(named: "x-b") == nil)
    }

    @Test("A failed attempt has a class, also when a whole answer came")
    func errorClass() {
        func attempt(_ answer: Answer, _ outcome: AttemptOutcome) -> ErrorClass? {
            Attempt(
                delivery: DeliveryID(rawValue: 1),
                number: 1,
                trigger: .scheduled,
                startedAt: .start,
                url: "",
                outcome: outcome,
                answer: answer
            ).errorClass
        }
        #expect(attempt(.status(200), .delivered) == nil)
        #expect(attempt(.status(500), .retry) == .http)
        #expect(attempt(.broken(.tls, requestWasSent: false), .retry) == .tls)
    }
}
