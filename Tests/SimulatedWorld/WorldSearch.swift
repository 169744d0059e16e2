import Synchronization

/// Looks for a world in which something goes wrong, on several threads.
package struct WorldSearch {
    /// The seeds of the worlds to be looked at.
    package var seeds: Range<UInt64>
    /// How many worlds are looked at at once.
    package var workers: Int
    /// The fault that is planted in each.
    package var fault: Fault?
    /// Told now and then how many worlds were looked at.
    package var progress: @Sendable (Int) -> Void

    /// Plans a search.
    package init(
        seeds: Range<UInt64>,
        workers: Int,
        fault: Fault? = nil,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.seeds = seeds
        self.workers = workers
        self.fault = fault
        self.progress = progress
    }

    /// What the workers share.
    private final class Board: Sendable {
        struct State {
            var next: UInt64
            var done = 0
            var lowestFailure: UInt64?
        }

        let state: Mutex<State>

        init(first: UInt64) {
            state = Mutex(State(next: first))
        }
    }

    /// Worlds that a worker takes at once.
    private static let share: UInt64 = 50

    /// Runs the worlds. - Returns: the lowest seed of a failing world among those that were run; the search ends early when
    /// there is one.
    package func run() async -> UInt64? {
        let board = Board(first: seeds.lowerBound)
        await withTaskGroup { group in
            for _ in 0..<max(1, workers) {
                group.addTask { work(board) }
            }
        }
        return board.state.withLock { $0.lowestFailure }
    }

    private func work(_ board: Board) {
        while true {
            let share: Range<UInt64>? = board.state.withLock { state in
                guard state.lowestFailure == nil, state.next < seeds.upperBound else { return nil }
                let start = state.next
                state.next = min(seeds.upperBound, start + Self.share)
                return start..<state.next
            }
            guard let share else { return }
            let failure = share.first { seed in
                var world = SimulatedWorld(WorldPlan(seed: seed), fault: fault)
                return world.run().violation != nil
            }
            let done = board.state.withLock { state in
                state.done += share.count
                if let failure { state.lowestFailure = min(failure, state.lowestFailure ?? failure) }
                return state.done
            }
            progress(done)
        }
    }
}
