import Deliveries

extension Timestamp {
    /// 2024-01-15T10:05:00Z: where the tests begin.
    static let start = Timestamp(milliseconds: 1_705_313_100_000)
}

extension Event {
    /// An event with only what a test is about.
    static func sample(
        id: String = "evt_1",
        type: String = "job.completed",
        data: String = "{}",
        jobID: String? = nil,
        productID: String? = nil,
        queue: String? = nil,
        tenant: String? = nil,
        timestamp: String = "2024-01-15T10:05:00Z",
        callbackURL: String? = nil,
        failureURL: String? = nil,
        route: String? = nil
    ) throws -> Event {
        Event(
            id: id,
            type: type,
            data: try JSONObjectBytes(Array(data.utf8)),
            jobID: jobID,
            productID: productID,
            queue: queue,
            tenant: tenant,
            timestamp: timestamp,
            timestampWasPublished: true,
            callbackURL: callbackURL,
            failureURL: failureURL,
            route: route,
            publishedAt: .start
        )
    }
}

extension Answer {
    /// A whole answer.
    static func status(_ code: Int, body: String = "", headers: [HeaderField] = []) -> Answer {
        Answer(
            requestWasSent: true,
            statusCode: code,
            headers: headers,
            body: Array(body.utf8),
            times: PhaseTimes(total: 5)
        )
    }

    /// An exchange that broke off.
    static func broken(_ failure: ErrorClass, requestWasSent: Bool) -> Answer {
        Answer(failure: failure, errorText: "broke off", requestWasSent: requestWasSent, times: PhaseTimes(total: 5))
    }
}
