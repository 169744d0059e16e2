import Deliveries

/// A receiver with habits, good and bad; after the world's trouble is over it is a healthy one.
struct SimulatedReceiver {
    enum Habit: CaseIterable {
        case healthy
        case slow
        /// Takes the request and never answers.
        case hanging
        /// Nobody listens.
        case refusing
        /// Answers 500.
        case failing
        /// Healthy for a while, then failing for a while.
        case flapping
        /// Fails now and then.
        case shaky
        /// An n8n resume URL: 409 until its execution has come to the Wait node.
        case notReady
        /// Answers 429 with `Retry-After` half of the time.
        case limiting
        /// Refuses some deliveries for good.
        case rejecting
        /// Answers 410 now and then.
        case goneNowAndThen
        /// The address policy refuses it.
        case blocked
    }

    let habit: Habit
    /// When it mends its ways, in milliseconds since the world began.
    let recoversAt: Int64
    private let flapPeriod: Int64

    init(habit: Habit, recoversAt: Int64, using random: inout SeededGenerator) {
        self.habit = habit
        self.recoversAt = recoversAt
        self.flapPeriod = .random(in: 1_000...120_000, using: &random)
    }

    /// What comes back for a request that begins at `now`, and after how many milliseconds.
    func answer(at now: Int64, timeout: Int64, using random: inout SeededGenerator) -> (after: Int64, answer: Answer) {
        let quick = Int64.random(in: 1...80, using: &random)
        switch now < recoversAt ? habit : .healthy {
        case .healthy: return (quick, .status(200))
        case .slow: return (min(timeout, .random(in: 500...20_000, using: &random)), .status(200))
        case .hanging: return (timeout, .broken(.timeout, requestWasSent: true))
        case .refusing: return (quick, .broken(.connect, requestWasSent: false))
        case .failing: return (quick, .status(500))
        case .flapping: return (quick, .status(now / flapPeriod % 2 == 0 ? 200 : 502))
        case .shaky: return (quick, .status(Int.random(in: 0..<100, using: &random) < 30 ? 503 : 200))
        case .notReady:
            let isRunning = Int.random(in: 0..<100, using: &random) < 70
            return (quick, isRunning ? .status(409, body: "The execution \"1\" is running already.") : .status(200))
        case .limiting:
            let wish = HeaderField("Retry-After", "\(Int.random(in: 0...600, using: &random))")
            return (quick, Bool.random(using: &random) ? .status(429, headers: [wish]) : .status(200))
        case .rejecting: return (quick, .status(Int.random(in: 0..<100, using: &random) < 30 ? 400 : 200))
        case .goneNowAndThen: return (quick, .status(Int.random(in: 0..<100, using: &random) < 5 ? 410 : 200))
        case .blocked: return (1, .broken(.blocked, requestWasSent: false))
        }
    }
}

extension Answer {
    static func status(_ code: Int, body: String = "", headers: [HeaderField] = []) -> Answer {
        Answer(
            requestWasSent: true,
            statusCode: code,
            headers: headers,
            body: Array(body.utf8),
            times: PhaseTimes(total: 1)
        )
    }

    static func broken(_ failure: ErrorClass, requestWasSent: Bool) -> Answer {
        Answer(failure: failure, errorText: "broke off", requestWasSent: requestWasSent, times: PhaseTimes(total: 1))
    }
}
