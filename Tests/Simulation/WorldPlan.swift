import Deliveries

/// What a world is made of: drawn from its seed before it begins.
struct WorldPlan {
    struct Destination {
        var name: String
        var policy: DestinationPolicy
        var receiver: SimulatedReceiver
    }

    let seed: UInt64
    var limits: DispatchLimits
    var destinations: [Destination]
    /// Deliveries that intake admits.
    var deliveries: Int
    /// Until when they arrive, in milliseconds since the world began.
    var arrivalsEndAt: Int64
    /// From when on nothing goes wrong any more.
    var calmAt: Int64
    /// Reads and writes of the ledger that fail while there is trouble, in a hundred.
    var ledgerFailures: Int
    /// How often operators step in, the clock is set, and the process crashes or is restarted, while there is trouble.
    var operations: Int
    var clockChanges: Int
    var crashes: Int
    var restarts: Int

    /// Draws a world. One in a hundred is large.
    init(seed: UInt64, using random: inout SeededGenerator) {
        self.seed = seed
        let isLarge = seed % 100 == 99
        let count = isLarge ? Int.random(in: 500...2_000, using: &random) : [1, 1, 2, 3, 5, 12].drawn(&random)
        deliveries = isLarge ? count + 500 : .random(in: 5...60, using: &random)
        arrivalsEndAt = [0, 200, 10_000, 600_000].drawn(&random)
        calmAt = [1_000, 60_000, 900_000, 7_200_000, 100_000_000].drawn(&random)
        ledgerFailures = [0, 0, 5, 30].drawn(&random)
        operations = isLarge ? 50 : [0, 0, 3, 15].drawn(&random)
        clockChanges = [0, 0, 0, 3].drawn(&random)
        crashes = [0, 0, 1, 4].drawn(&random)
        restarts = [0, 0, 0, 2].drawn(&random)
        limits = DispatchLimits(
            inFlight: isLarge ? 200 : [1, 2, 5, 16, 1024].drawn(&random),
            held: isLarge ? 1_000 : [4, 20, 1_000].drawn(&random),
            window: [1, 2, 8, 1024].drawn(&random),
            smallestWindow: [1, 2, 8].drawn(&random),
            unrecorded: [1, 4, 4096].drawn(&random),
            horizon: [0, 200, 2_000].drawn(&random)
        )
        destinations = []
        for index in 0..<count {
            let isCallback = Bool.random(using: &random)
            destinations.append(
                Destination(
                    name: isCallback ? "\(RouteTable.callbackPrefix)host-\(index)" : "route-\(index).success",
                    policy: Self.policy(using: &random),
                    receiver: SimulatedReceiver(
                        habit: SimulatedReceiver.Habit.allCases.drawn(&random),
                        recoversAt: Bool.random(using: &random) ? calmAt : .random(in: 0...calmAt, using: &random),
                        using: &random
                    )
                )
            )
        }
    }

    static func policy(using random: inout SeededGenerator) -> DestinationPolicy {
        let rates = [
            nil, nil, nil, DeliveryRate("100/s"), DeliveryRate("5/s"), DeliveryRate("30/m"), DeliveryRate("5000/s"),
        ]
        let schedules = [
            .standard, RetrySchedule(delays: [1_000, 5_000, 60_000]), RetrySchedule(delays: []),
            RetrySchedule(delays: Array(repeating: 0, count: 5)),
            RetrySchedule(delays: Array(repeating: 30_000, count: 40)),
        ]
        return DestinationPolicy(
            timeout: [300, 5_000, 30_000].drawn(&random),
            retries: schedules.drawn(&random),
            concurrency: [1, 2, 8, 32].drawn(&random),
            rate: rates.drawn(&random)
        )
    }
}

extension Array {
    /// One of the elements. - Precondition: there is one.
    func drawn(_ random: inout SeededGenerator) -> Element {
        self[Int.random(in: indices, using: &random)]
    }
}
