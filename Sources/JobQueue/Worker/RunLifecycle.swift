/// What a worker does about one run, decided without doing anything: events go in, actions come out.
struct RunLifecycle {
    enum Event {
        /// The handler returned or threw.
        case ended(Result<[UInt8], JobFailure>)
        case timeUp
        case cancelRequested
        case leaseLost
        /// The worker stops, and its jobs have had their grace.
        case shutdown
        /// The handler has not returned although its task was cancelled long enough ago.
        case graceOver
    }

    /// What the queue is told in the end.
    enum Word: Hashable {
        case complete([UInt8])
        case fail(JobFailure)
        case cancelled
        case release
        /// Somebody else has the job.
        case nothing
    }

    enum Action: Hashable {
        case none
        /// Cancel the handler's task, and ring ``Event/graceOver`` in a while.
        case cancelWork
        /// The run is over.
        case say(Word)
        /// The run is over, but for a handler that does not return.
        case abandon(Word)
    }

    private enum State {
        case running
        case stopping(Word)
        case over
    }

    private let timeout: Duration
    private var state = State.running

    init(timeout: Duration) {
        self.timeout = timeout
    }

    mutating func handle(_ event: Event) -> Action {
        switch (state, event) {
        case (.over, _): return .none
        case (.stopping(.nothing), .ended):
            state = .over
            return .say(.nothing)
        case (_, .ended(.success(let result))):
            // Also when it was to stop: the work is done, and throwing it away helps nobody.
            state = .over
            return .say(.complete(result))
        case (.running, .ended(.failure(let failure))):
            state = .over
            return .say(failure.isWorkersOwn ? .release : .fail(failure))
        case (.stopping(let word), .ended(.failure)):
            state = .over
            return .say(word)
        case (.stopping(let word), .graceOver):
            state = .over
            return .abandon(word)
        case (.running, .graceOver): return .none
        case (_, .leaseLost): return stop(.nothing)
        case (.stopping(.nothing), _): return .none
        case (_, .cancelRequested): return stop(.cancelled)
        case (.running, .timeUp):
            return stop(.fail(JobFailure("timed out after \(Self.text(timeout))", isRetriable: true)))
        case (.running, .shutdown): return stop(.release)
        case (.stopping, .timeUp), (.stopping, .shutdown): return .none
        }
    }

    /// A weightier reason replaces the one before; the work is cancelled only once.
    private mutating func stop(_ word: Word) -> Action {
        defer { state = .stopping(word) }
        if case .running = state { return .cancelWork }
        return .none
    }

    private static func text(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}
