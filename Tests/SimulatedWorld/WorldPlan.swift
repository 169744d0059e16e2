import Deliveries

/// What a world is made of and what is going to happen to it: drawn from its seed before it begins, and then plain data, of
/// which parts can be taken away.
package struct WorldPlan: Sendable {
    struct Destination {
        /// By which its luck is told: it stays when other destinations are taken away.
        var number: Int
        var name: String
        var policy: DestinationPolicy
        var receiver: SimulatedReceiver
    }

    /// Decides the world's luck.
    package private(set) var seed: UInt64
    var limits: DispatchLimits
    var destinations: [Destination]
    /// In no particular order.
    var foreseen: [Foreseen]
    /// From when on nothing goes wrong any more, in milliseconds since the world began.
    var calmAt: Int64
    /// Reads and writes of the ledger that fail while there is trouble, in a hundred.
    var ledgerFailures: Int
    /// Deliveries in the ledger of which the dispatcher hears late, in a hundred.
    var lateNotices: Int
    /// Events that are written before they are sent, in a hundred.
    var writtenFirst: Int

    /// Events that are published.
    package var arrivals: Int {
        foreseen.count { if case .arrive = $0.what { true } else { false } }
    }

    /// Draws a world. Most are small and full of trouble; in one of 25 first attempts come faster than they can be sent,
    /// one of a hundred has hundreds of destinations, one of a thousand has thousands.
    package init(seed: UInt64) {
        var luck = Dice(seed: seed).cast(.plan)
        switch seed % 1_000 {
        case 999: self = Self.large(seed, of: 2_000...4_000, &luck)
        case let rest where rest % 100 == 99: self = Self.large(seed, of: 100...400, &luck)
        case let rest where rest % 25 == 7: self = Self.flooded(seed, &luck)
        default: self = Self.small(seed, &luck)
        }
    }

    private init(
        seed: UInt64,
        limits: DispatchLimits,
        calmAt: Int64,
        ledgerFailures: Int,
        lateNotices: Int,
        writtenFirst: Int
    ) {
        self.seed = seed
        self.limits = limits
        self.calmAt = calmAt
        self.ledgerFailures = ledgerFailures
        self.lateNotices = lateNotices
        self.writtenFirst = writtenFirst
        destinations = []
        foreseen = []
    }

    private static func small(_ seed: UInt64, _ luck: inout SeededGenerator) -> WorldPlan {
        let limits = DispatchLimits(
            inFlight: luck.one(of: [1, 2, 5, 16, 1024]),
            held: luck.one(of: [4, 20, 1_000]),
            window: luck.one(of: [1, 2, 8, 1024]),
            smallestWindow: luck.one(of: [1, 2, 8]),
            unrecorded: luck.one(of: [1, 4, 4096]),
            horizon: luck.one(of: [0, 200, 2_000])
        )
        var plan = WorldPlan(
            seed: seed,
            limits: limits,
            calmAt: luck.one(of: [1_000, 60_000, 900_000, 7_200_000, 100_000_000]),
            ledgerFailures: luck.one(of: [0, 0, 5, 30]),
            lateNotices: luck.one(of: [0, 0, 5, 50]),
            writtenFirst: luck.one(of: [0, 10, 50, 100])
        )
        plan.addDestinations(luck.one(of: [1, 1, 2, 3, 5, 12]), &luck)
        let deliveries = luck.number(5...60)
        plan.addArrivals(deliveries, until: luck.one(of: [0, 200, 10_000, 600_000]), &luck)
        plan.addTests(luck.one(of: [0, 0, 1, 5]), after: deliveries, &luck)
        plan.addTroubles(
            operations: luck.one(of: [0, 0, 3, 15]),
            clockChanges: luck.one(of: [0, 0, 0, 3]),
            crashes: luck.one(of: [0, 0, 1, 4]),
            restarts: luck.one(of: [0, 0, 0, 2]),
            deliveries,
            &luck
        )
        return plan
    }

    private static func large(
        _ seed: UInt64,
        of range: ClosedRange<Int64>,
        _ luck: inout SeededGenerator
    ) -> WorldPlan {
        let limits = DispatchLimits(
            inFlight: 200,
            held: Int(range.lowerBound),
            window: luck.one(of: [8, 1024]),
            smallestWindow: luck.one(of: [1, 8]),
            unrecorded: luck.one(of: [100, 4096]),
            horizon: 200
        )
        var plan = WorldPlan(
            seed: seed,
            limits: limits,
            calmAt: luck.one(of: [1_000, 60_000, 900_000]),
            ledgerFailures: luck.one(of: [0, 5]),
            lateNotices: luck.one(of: [0, 5]),
            writtenFirst: luck.one(of: [0, 20])
        )
        let count = luck.number(range)
        plan.addDestinations(Int(count), &luck)
        plan.addArrivals(count + count / 4, until: luck.one(of: [0, 10_000, 600_000]), &luck)
        plan.addTroubles(operations: 30, clockChanges: 1, crashes: 1, restarts: 1, count, &luck)
        return plan
    }

    /// One destination or two that get more first attempts than they can take, for a while.
    private static func flooded(_ seed: UInt64, _ luck: inout SeededGenerator) -> WorldPlan {
        let limits = DispatchLimits(
            inFlight: luck.one(of: [4, 1024]),
            held: 1_000,
            window: luck.one(of: [8, 16]),
            smallestWindow: 8,
            unrecorded: luck.one(of: [4, 4096]),
            horizon: luck.one(of: [0, 200])
        )
        var plan = WorldPlan(
            seed: seed,
            limits: limits,
            calmAt: luck.one(of: [20_000, 60_000, 120_000]),
            ledgerFailures: luck.one(of: [0, 0, 5]),
            lateNotices: luck.one(of: [0, 10]),
            writtenFirst: luck.one(of: [0, 50, 100])
        )
        plan.addDestinations(luck.one(of: [1, 1, 2]), &luck)
        for index in plan.destinations.indices {
            plan.destinations[index].policy = DestinationPolicy(
                timeout: luck.one(of: [200, 1_000]),
                retries: luck.one(of: [
                    RetrySchedule(delays: [500, 1_000, 1_000, 5_000]),
                    RetrySchedule(delays: Array(repeating: 200, count: 30)),
                ]),
                concurrency: luck.one(of: [1, 2, 4])
            )
            plan.destinations[index].receiver.habit = luck.one(of: [.shaky, .lying, .limiting, .flapping, .notReady])
        }
        let deliveries = luck.number(100...250)
        plan.addArrivals(deliveries, until: deliveries * luck.one(of: [10, 20, 40]), &luck)
        plan.addTroubles(operations: luck.one(of: [0, 3]), clockChanges: 0, crashes: 0, restarts: 0, deliveries, &luck)
        return plan
    }

    private mutating func addDestinations(_ count: Int, _ luck: inout SeededGenerator) {
        for number in 0..<count {
            let habit = luck.one(of: SimulatedReceiver.Habit.allCases)
            let recoversAt = luck.chance(50) ? calmAt : luck.number(0...calmAt)
            destinations.append(
                Destination(
                    number: number,
                    name: luck.chance(50) ? Self.callback(number) : "route-\(number).success",
                    policy: Self.policy(&luck),
                    receiver: SimulatedReceiver(
                        habit: habit,
                        recoversAt: recoversAt,
                        flapPeriod: luck.number(1_000...120_000)
                    )
                )
            )
        }
    }

    /// A URL that came with an event, of a host that has three of them at most.
    private static func callback(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        let zeros = String(repeating: "0", count: 16 - digits.count)
        return "\(RouteTable.callbackPrefix)host\(number / 3)-\(zeros)\(digits)"
    }

    private mutating func addArrivals(_ count: Int64, until end: Int64, _ luck: inout SeededGenerator) {
        for number in 0..<count {
            let time = luck.number(0...end)
            foreseen.append(Foreseen(at: time, what: .arrive(DeliveryID(rawValue: number), destination(&luck))))
        }
    }

    private mutating func addTests(_ count: Int64, after last: Int64, _ luck: inout SeededGenerator) {
        for number in 0..<count {
            let time = luck.number(0...calmAt)
            foreseen.append(Foreseen(at: time, what: .test(DeliveryID(rawValue: last + number), destination(&luck))))
        }
    }

    private mutating func addTroubles(
        operations: Int,
        clockChanges: Int,
        crashes: Int,
        restarts: Int,
        _ deliveries: Int64,
        _ luck: inout SeededGenerator
    ) {
        for _ in 0..<operations { add(operation(deliveries, &luck), &luck) }
        for _ in 0..<clockChanges {
            let size: Int64 = luck.one(of: [1_000, 60_000, 3_600_000, 100_000_000])
            add(.setClock(by: luck.chance(50) ? size : -size), &luck)
        }
        for _ in 0..<crashes { add(.crash(downFor: luck.number(10...5_000)), &luck) }
        for _ in 0..<restarts { add(.restart, &luck) }
    }

    private mutating func add(_ what: Foreseen.What, _ luck: inout SeededGenerator) {
        foreseen.append(Foreseen(at: luck.number(0...calmAt), what: what))
    }

    private func operation(_ deliveries: Int64, _ luck: inout SeededGenerator) -> Foreseen.What {
        let id = DeliveryID(rawValue: luck.number(0...deliveries - 1))
        let destination = destination(&luck)
        switch luck.number(0...7) {
        case 0, 1: return .pause(destination)
        case 2: return .resume(destination)
        case 3: return .cancel(id, replayedAfter: luck.chance(50) ? luck.number(0...30) : nil)
        case 4, 5: return .replay(id)
        case 6: return .takeRouteAway(destination)
        default: return .changeRoute(destination, Self.policy(&luck))
        }
    }

    private func destination(_ luck: inout SeededGenerator) -> Int {
        Int(luck.number(0...Int64(destinations.count - 1)))
    }

    private static func policy(_ luck: inout SeededGenerator) -> DestinationPolicy {
        DestinationPolicy(
            timeout: luck.one(of: [300, 5_000, 30_000]),
            retries: luck.one(of: schedules),
            concurrency: luck.one(of: [1, 2, 8, 32]),
            rate: luck.one(of: rates)
        )
    }

    private static let rates: [DeliveryRate?] = [
        nil, nil, nil, DeliveryRate("100/s"), DeliveryRate("5/s"), DeliveryRate("30/m"), DeliveryRate("5000/s"),
    ]

    private static let schedules: [RetrySchedule] = [
        .standard, RetrySchedule(delays: [1_000, 5_000, 60_000]), RetrySchedule(delays: []),
        RetrySchedule(delays: Array(repeating: 0, count: 5)),
        RetrySchedule(delays: Array(repeating: 30_000, count: 40)),
    ]
}

extension WorldPlan {
    /// Where each delivery goes, by its number. Numbers of deliveries that were taken away stay unused.
    var destinationsOfDeliveries: [Int] {
        var destinations: [Int] = []
        for happening in foreseen {
            switch happening.what {
            case .arrive(let id, let destination), .test(let id, let destination):
                let number = Int(id.rawValue)
                if number >= destinations.count {
                    destinations += Array(repeating: 0, count: number + 1 - destinations.count)
                }
                destinations[number] = destination
            case .cancel(let id, _), .replay(let id):
                let number = Int(id.rawValue)
                if number >= destinations.count {
                    destinations += Array(repeating: 0, count: number + 1 - destinations.count)
                }
            default: break
            }
        }
        return destinations
    }
}
