import Deliveries

/// A receiver with habits, good and bad; after the world's trouble is over it is a healthy one.
struct SimulatedReceiver {
    enum Habit: CaseIterable {
        case healthy
        case slow
        /// Takes the request and never answers.
        case hanging
        /// Answers just before the deadline.
        case dripping
        /// Nobody listens.
        case refusing
        /// Answers 500.
        case failing
        /// Healthy for a while, then failing for a while.
        case flapping
        /// Fails now and then.
        case shaky
        /// Says what is not so: a success that breaks off, or that says that it is starting up, or that is taken back.
        case lying
        /// An n8n resume URL: 409 until its execution has come to the Wait node.
        case notReady
        /// Answers 429 with `Retry-After` half of the time.
        case limiting
        /// Wishes for absurd things in `Retry-After`.
        case absurd
        /// Refuses some deliveries for good.
        case rejecting
        /// Answers 410 now and then.
        case goneNowAndThen
        /// The address policy refuses it.
        case blocked
    }

    var habit: Habit
    /// When it mends its ways, in milliseconds since the world began.
    var recoversAt: Int64
    var flapPeriod: Int64

    /// What comes back for a request that begins at `now`, and after how many milliseconds.
    func answer(at now: Int64, timeout: Int64, _ luck: inout SeededGenerator) -> (after: Int64, answer: Answer) {
        let quick = luck.number(1...80)
        switch now < recoversAt ? habit : .healthy {
        case .healthy: return (quick, .status200)
        case .slow: return (min(timeout, luck.number(500...20_000)), .status200)
        case .hanging: return (timeout, .timedOut)
        case .dripping: return (max(1, timeout - luck.number(1...20)), luck.chance(90) ? .status200 : .status500)
        case .refusing: return (quick, .refused)
        case .failing: return (quick, .status500)
        case .flapping: return (quick, now / flapPeriod % 2 == 0 ? .status200 : .status500)
        case .shaky: return (quick, luck.chance(30) ? .status500 : .status200)
        case .lying: return (quick, luck.one(of: Answer.lies))
        case .notReady: return (quick, luck.chance(70) ? .runningAlready : .status200)
        case .limiting: return (quick, luck.chance(50) ? .retryAfter("\(luck.number(0...600))") : .status200)
        case .absurd: return (quick, luck.chance(30) ? .retryAfter(luck.one(of: Answer.absurdWishes)) : .status200)
        case .rejecting: return (quick, luck.chance(30) ? .status400 : .status200)
        case .goneNowAndThen: return (quick, luck.chance(5) ? .status410 : .status200)
        case .blocked: return (1, .blocked)
        }
    }
}

extension Answer {
    fileprivate static let status200 = status(200)
    fileprivate static let status400 = status(400)
    fileprivate static let status410 = status(410)
    fileprivate static let status500 = status(500)
    fileprivate static let runningAlready = status(409, body: "The execution \"1\" is running already.")
    fileprivate static let timedOut = broken(.timeout, requestWasSent: true)
    fileprivate static let refused = broken(.connect, requestWasSent: false)
    fileprivate static let blocked = broken(.blocked, requestWasSent: false)

    fileprivate static let lies: [Answer] = [
        status200, status500, status(200, body: "n8n is starting up"), broken(.protocol, requestWasSent: true),
        // A success whose body broke off.
        Answer(failure: .reset, requestWasSent: true, statusCode: 200, times: PhaseTimes(total: 1)),
    ]

    fileprivate static let absurdWishes = [
        "99999999999999999999", "-5", "0", "soon", "", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
    ]

    fileprivate static func retryAfter(_ wish: String) -> Answer {
        status(429, headers: [HeaderField("Retry-After", wish)])
    }

    private static func status(_ code: Int, body: String = "", headers: [HeaderField] = []) -> Answer {
        Answer(
            requestWasSent: true,
            statusCode: code,
            headers: headers,
            body: Array(body.utf8),
            times: PhaseTimes(total: 1)
        )
    }

    private static func broken(_ failure: ErrorClass, requestWasSent: Bool) -> Answer {
        Answer(failure: failure, errorText: "broke off", requestWasSent: requestWasSent, times: PhaseTimes(total: 1))
    }
}
