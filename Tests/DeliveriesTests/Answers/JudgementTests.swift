import Testing

@testable import Deliveries

@Suite("The meaning of an answer")
struct JudgementTests {
    private static let running = #"{"code":409,"message":"The execution \"231\" is running already."}"#
    private static let finished = #"{"code":409,"message":"The execution \"231 has finished already."}"#
    private static let failed = #"{"code":409,"message":"The execution \"231\" has finished with error."}"#

    @Test("of a status goes by the contract's table for both profiles", arguments: ReceiverProfile.allCases)
    func statuses(profile: ReceiverProfile) {
        let retried: Set = [404, 408, 409, 425, 429]
        for status in 100..<700 {
            let expected: AttemptOutcome =
                switch status {
                case 200..<300: .delivered
                case 410: .gone
                case _ where retried.contains(status): .retry
                case 300..<500: .rejected
                default: .retry
                }
            #expect(Judgement(.status(status), profile: profile, now: .start).outcome == expected, "\(status)")
        }
    }

    @Test(
        "of n8n's own words is known to the profile n8n alone",
        arguments: [
            (200, #"{"message":"Workflow was started"}"#, AttemptOutcome.delivered, AttemptOutcome.delivered),
            (200, "n8n is starting up. Please wait", .retry, .delivered),
            (204, "n8n is starting up", .retry, .delivered),
            (200, "<p>n8n is starting up. Please wait</p>", .delivered, .delivered),
            (200, "", .delivered, .delivered),
            (409, running, .notReady, .retry),
            (409, finished, .rejected, .retry),
            (409, failed, .rejected, .retry),
            (409, #"{"message":"conflict"}"#, .retry, .retry),
            (409, "", .retry, .retry),
            (200, running, .delivered, .delivered),
            (500, running, .retry, .retry),
            (404, #"{"code":404,"message":"The execution \"231\" does not exist."}"#, .retry, .retry),
            (
                404, "The workflow for execution \"1\" does not contain a waiting webhook with a matching path/method.",
                .retry, .retry
            ),
            (404, #"{"code":404,"message":"The requested webhook \"POST x\" is not registered."}"#, .retry, .retry),
            (404, "Cannot POST /webhook/x", .retry, .retry),
            (401, #"{"error":"Invalid token"}"#, .rejected, .rejected),
            (403, "Authorization data is wrong!", .rejected, .rejected),
            (422, #"{"code":422,"message":"Failed to parse request body"}"#, .rejected, .rejected),
            (500, #"{"message":"Error in workflow"}"#, .retry, .retry),
            (500, #"{"code":0,"message":"There was a problem executing the workflow"}"#, .retry, .retry),
            (503, #"{"code":503,"message":"Database is not ready!"}"#, .retry, .retry),
            (524, "", .retry, .retry),
        ]
    )
    func n8n(status: Int, body: String, n8n: AttemptOutcome, generic: AttemptOutcome) {
        let answer = Answer.status(status, body: body)
        #expect(Judgement(answer, profile: .n8n, now: .start).outcome == n8n)
        #expect(Judgement(answer, profile: .generic, now: .start).outcome == generic)
    }

    @Test("of a broken exchange depends on whether the request may have arrived", arguments: ErrorClass.allCases)
    func broken(failure: ErrorClass) {
        for profile in ReceiverProfile.allCases {
            let unsent = Judgement(.broken(failure, requestWasSent: false), profile: profile, now: .start)
            let sent = Judgement(.broken(failure, requestWasSent: true), profile: profile, now: .start)
            #expect(unsent.outcome == (failure == .blocked ? .blocked : .retry))
            #expect(sent.outcome == (failure == .blocked ? .blocked : .unknown))
        }
    }

    @Test("of a reset after the head of an answer is unknown, whatever the status said")
    func brokenAfterHead() {
        var answer = Answer.status(200)
        answer.failure = .reset
        #expect(Judgement(answer, profile: .n8n, now: .start).outcome == .unknown)
    }

    @Test("of nothing at all is that it failed")
    func nothing() {
        let times = PhaseTimes(total: 0)
        #expect(Judgement(Answer(requestWasSent: false, times: times), profile: .n8n, now: .start).outcome == .retry)
        #expect(Judgement(Answer(requestWasSent: true, times: times), profile: .n8n, now: .start).outcome == .unknown)
    }

    @Test(
        "tells whether the receiver is at work",
        arguments: [
            (Answer.status(200), true as Bool?), (.status(400), true), (.status(410), true),
            (.status(409, body: running), true),
            (.status(500), false), (.status(404), false), (.status(429), false),
            (.broken(.connect, requestWasSent: false), false),
            (.broken(.timeout, requestWasSent: true), false), (.broken(.blocked, requestWasSent: false), nil),
        ]
    )
    func signsOfLife(answer: Answer, isSign: Bool?) {
        #expect(Judgement(answer, profile: .n8n, now: .start).isSignOfLife == isSign)
    }

    @Test("takes Retry-After from answers that are retried, in whatever case the field is written")
    func retryAfter() {
        func wish(_ status: Int, _ name: String = "Retry-After", _ value: String = "120") -> Int64? {
            Judgement(.status(status, headers: [HeaderField(name, value)]), profile: .n8n, now: .start).retryAfter
        }
        #expect(wish(429) == 120_000)
        #expect(wish(503, "retry-after") == 120_000)
        #expect(wish(503, "RETRY-AFTER") == 120_000)
        #expect(wish(503, "Retry-After", "soon") == nil)
        #expect(wish(200) == nil)
        #expect(wish(400) == nil)
        #expect(Judgement(.status(503), profile: .n8n, now: .start).retryAfter == nil)
    }

    @Test(
        "takes a Retry-After that is a date for one of the receiver's clock",
        arguments: [
            ("Mon, 15 Jan 2024 10:05:00 GMT", 60_000), ("Mon, 15 Jan 2024 09:05:00 GMT", 3_660_000),
            ("Mon, 15 Jan 2024 10:07:00 GMT", 1_000), ("nonsense", 60_000),
        ]
    )
    func retryAfterOfItsClock(date: String, wish: Int64) {
        let headers = [HeaderField("Retry-After", "Mon, 15 Jan 2024 10:06:00 GMT"), HeaderField("date", date)]
        // Ours says 10:05.
        let judgement = Judgement(.status(503, headers: headers), profile: .n8n, now: .start)
        #expect(judgement.retryAfter == wish)
    }
}

@Suite("Retry-After")
struct RetryAfterTests {
    @Test(
        "is read as seconds or a date and held between 1 s and 24 h",
        arguments: [
            ("0", 1_000), ("1", 1_000), ("2", 2_000), ("007", 7_000), ("86400", 86_400_000), ("86401", 86_400_000),
            ("99999999999999999999999999", 86_400_000), ("Mon, 15 Jan 2024 10:06:00 GMT", 60_000),
            ("Mon, 15 Jan 2024 10:04:00 GMT", 1_000), ("Mon, 15 Jan 2024 10:05:00 GMT", 1_000),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400_000), ("Monday, 15-Jan-24 10:06:00 GMT", 60_000),
        ]
    )
    func reads(value: String, milliseconds: Int64) {
        #expect(RetryAfter.milliseconds(value, now: .start) == milliseconds)
    }

    @Test(
        "is passed over when it is neither",
        arguments: [
            "", " ", "-1", "+5", "1.5", "1 s", "5 ", "0x10", "٣", "soon", "2024-01-15T10:06:00Z",
            String(repeating: "9", count: 65),
            "Mon, 15 Jan 2024 10:06:00 GMT" + String(repeating: " ", count: 100),
        ]
    )
    func refuses(value: String) {
        #expect(RetryAfter.milliseconds(value, now: .start) == nil)
    }
}
