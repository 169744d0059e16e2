import Testing

@testable import Deliveries

/// A dispatcher on the workbench: a clock that the test moves, and short words for what happens.
struct DispatcherBench {
    var dispatcher: Dispatcher
    var now = Timestamp.start

    init(limits: DispatchLimits = DispatchLimits(), seed: UInt64 = 1) {
        dispatcher = Dispatcher(limits: limits, seed: seed)
    }

    /// A bench with one destination, `a`.
    init(_ policy: DestinationPolicy, limits: DispatchLimits = DispatchLimits()) {
        self.init(limits: limits)
        dispatcher.configure("a", policy)
    }

    /// Adds deliveries that are in the ledger by the time they are sent, or replays.
    mutating func add(
        _ numbers: some Sequence<Int64>,
        to destination: String = "a",
        progress: DeliveryProgress = .fresh,
        dueIn: Int64 = 0
    ) {
        for number in numbers {
            let delivery = due(number, progress: progress, in: dueIn)
            if progress.trigger == .replay {
                dispatcher.replayed(delivery.id, to: destination, dueAt: delivery.dueAt)
            } else if !dispatcher.offer(delivery, to: destination) {
                dispatcher.written(delivery.id, to: destination, dueAt: delivery.dueAt)
            }
        }
    }

    func due(_ number: Int64, progress: DeliveryProgress = .fresh, in milliseconds: Int64 = 0) -> DueDelivery {
        DueDelivery(
            id: DeliveryID(rawValue: number),
            dueAt: now.advanced(byMilliseconds: milliseconds),
            progress: progress
        )
    }

    mutating func pass(_ milliseconds: Int64) {
        now = now.advanced(byMilliseconds: milliseconds)
    }

    /// Sets the wall clock. - Returns: whether the due times in the ledger are to be moved.
    @discardableResult
    mutating func setClock(by milliseconds: Int64) -> Bool {
        pass(milliseconds)
        return dispatcher.clockWasSet(byMilliseconds: milliseconds)
    }

    mutating func next() -> DispatchActions {
        dispatcher.next(at: now)
    }

    /// The deliveries that are to be sent now.
    mutating func sends() -> [Int64] {
        next().sends.map(\.id.rawValue)
    }

    /// The earliest time at which it wants to be asked again, in milliseconds from now.
    var wakeIn: Int64? {
        dispatcher.wakeAt.map { $0.milliseconds(since: now) }
    }

    /// Ends attempts with an answer and records what they came to.
    @discardableResult
    mutating func answer(_ numbers: some Sequence<Int64>, _ answer: Answer = .status(200)) -> [AttemptResult] {
        let results = finish(numbers, answer)
        record(numbers)
        return results
    }

    /// Ends attempts; nothing is recorded yet.
    @discardableResult
    mutating func finish(_ numbers: some Sequence<Int64>, _ answer: Answer = .status(200)) -> [AttemptResult] {
        let attempts = numbers.map {
            FinishedAttempt(id: DeliveryID(rawValue: $0), startedAt: now, url: "https://a.example/", answer: answer)
        }
        return dispatcher.finished(attempts, at: now)
    }

    /// Offers deliveries that are not in the ledger. - Returns: those that are held.
    mutating func offer(_ numbers: some Sequence<Int64>, to destination: String = "a") -> [Int64] {
        numbers.filter { dispatcher.offer(due($0), to: destination) }
    }

    /// Notes that a delivery is in the ledger now.
    mutating func written(_ number: Int64, to destination: String = "a") {
        dispatcher.written(DeliveryID(rawValue: number), to: destination, dueAt: now)
    }

    mutating func record(_ numbers: some Sequence<Int64>) {
        dispatcher.recorded(numbers.map { DeliveryID(rawValue: $0) })
    }

    /// Sends what is ready and answers all of it, until nothing is ready. - Returns: what was sent, in order.
    @discardableResult
    mutating func run(_ answer: Answer = .status(200)) -> [Int64] {
        var sent: [Int64] = []
        while true {
            let ready = sends()
            if ready.isEmpty { return sent }
            sent += ready
            self.answer(ready, answer)
        }
    }

    func snapshot(_ destination: String = "a") -> DestinationSnapshot? {
        dispatcher.snapshots().first { $0.name == destination }
    }

    func health(_ destination: String = "a") -> DestinationHealth? {
        snapshot(destination)?.health
    }

    /// Makes a destination known to answer, with all its slots.
    mutating func prove(_ destination: String = "a", from number: Int64 = 1_000_000, count: Int64 = 40) {
        add(number..<number + count, to: destination)
        while !sends().isEmpty { answer(number..<number + count) }
    }
}

extension DispatchLimits {
    /// Limits that a few deliveries reach.
    static let small = DispatchLimits(inFlight: 8, held: 32, window: 8, smallestWindow: 2, unrecorded: 16)
}
