import ReceiverTestSupport
import Synchronization

/// The receiver's log, which alone says what was lost and what came twice.
final class ArrivalLog: Sendable {
    private struct State {
        var arrivals: [Arrival] = []
        var taken: Set<String> = []
        var runs: [Int: Run] = [:]
    }

    private struct Run {
        var taken: Set<String> = []
        let count = Milestones()

        func announce() { count.reach(taken.count) }
    }

    private let state = Mutex(State())
    private let takenCount = Milestones()
    private let arrivalCount = Milestones()

    /// Every request, in the order in which they were read whole.
    var arrivals: [Arrival] { state.withLock { $0.arrivals } }

    /// How many events were taken.
    var takenEvents: Int { state.withLock { $0.taken.count } }

    /// Notes a request.
    func note(_ arrival: Arrival) {
        let (arrivals, taken) = state.withLock { state in
            state.arrivals.append(arrival)
            if arrival.treatment == .taken {
                state.taken.insert(arrival.event)
                state.runs[arrival.run, default: Run()].taken.insert(arrival.event)
                state.runs[arrival.run]?.announce()
            }
            return (state.arrivals.count, state.taken.count)
        }
        arrivalCount.reach(arrivals)
        takenCount.reach(taken)
    }

    /// Waits until so many different events were taken.
    func waitForTaken(_ count: Int, within limit: Duration = .seconds(30)) async throws {
        try await takenCount.wait(for: count, within: limit)
    }

    /// Waits until so many different events were taken from one run of the relay.
    func waitForTaken(_ count: Int, inRun run: Int, within limit: Duration = .seconds(30)) async throws {
        let milestones = state.withLock { state in
            let known = state.runs[run, default: Run()]
            state.runs[run] = known
            return known.count
        }
        try await milestones.wait(for: count, within: limit)
    }

    /// Waits until so many requests were read.
    func waitForArrivals(_ count: Int, within limit: Duration = .seconds(30)) async throws {
        try await arrivalCount.wait(for: count, within: limit)
    }
}
