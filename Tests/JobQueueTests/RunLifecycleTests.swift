import Testing

@testable import JobQueue

/// What a worker does about a run: each state with each event.
@Suite("The life of a run")
struct RunLifecycleTests {
    private typealias Event = RunLifecycle.Event
    private typealias Action = RunLifecycle.Action

    private static let result = Array("{}".utf8)
    private static let failure = JobFailure("out of paper", isRetriable: true)
    private static let timeout = JobFailure("timed out after 90 s", isRetriable: true)
    /// What a handler throws in the end, to see what the run would have said of it.
    private static let later = JobFailure("later", isRetriable: false)

    /// How a run comes into a state.
    enum State: CaseIterable {
        case running, timedOut, cancelled, released, lost, over
    }

    private static func way(to state: State) -> [Event] {
        switch state {
        case .running: []
        case .timedOut: [.timeUp]
        case .cancelled: [.cancelRequested]
        case .released: [.shutdown]
        case .lost: [.leaseLost]
        case .over: [.ended(.success(result))]
        }
    }

    /// Each event with the action that it causes, and what the run says when the handler fails after it.
    private static func table(_ state: State) -> [(event: Event, action: Action, then: Action)] {
        let (success, fails) = (Event.ended(.success(result)), Event.ended(.failure(failure)))
        func stopping(_ word: RunLifecycle.Word, cancelled: RunLifecycle.Word) -> [(Event, Action, Action)] {
            [
                // The work is done, and throwing it away helps nobody.
                (success, .say(.complete(result)), .none),
                (fails, .say(word), .none),
                (.timeUp, .none, .say(word)),
                (.cancelRequested, .none, .say(cancelled)),
                (.leaseLost, .none, .say(.nothing)),
                (.shutdown, .none, .say(word)),
                (.graceOver, .abandon(word), .none),
            ]
        }
        return switch state {
        case .running:
            [
                (success, .say(.complete(result)), .none),
                (fails, .say(.fail(failure)), .none),
                (.timeUp, .cancelWork, .say(.fail(timeout))),
                (.cancelRequested, .cancelWork, .say(.cancelled)),
                (.leaseLost, .cancelWork, .say(.nothing)),
                (.shutdown, .cancelWork, .say(.release)),
                (.graceOver, .none, .say(.fail(later))),
            ]
        case .timedOut: stopping(.fail(timeout), cancelled: .cancelled)
        case .cancelled: stopping(.cancelled, cancelled: .cancelled)
        case .released: stopping(.release, cancelled: .cancelled)
        case .lost:
            [
                // Somebody else has the job: nothing that is said of it counts.
                (success, .say(.nothing), .none),
                (fails, .say(.nothing), .none),
                (.timeUp, .none, .say(.nothing)),
                (.cancelRequested, .none, .say(.nothing)),
                (.leaseLost, .none, .say(.nothing)),
                (.shutdown, .none, .say(.nothing)),
                (.graceOver, .abandon(.nothing), .none),
            ]
        case .over:
            [success, fails, .timeUp, .cancelRequested, .leaseLost, .shutdown, .graceOver].map { ($0, .none, .none) }
        }
    }

    @Test("each event in each state has its action and its consequence", arguments: State.allCases)
    func transitions(state: State) {
        for row in Self.table(state) {
            var run = RunLifecycle(timeout: .seconds(90))
            for event in Self.way(to: state) { _ = run.handle(event) }
            #expect(run.handle(row.event) == row.action, "\(state), \(row.event)")
            #expect(run.handle(.ended(.failure(Self.later))) == row.then, "\(state), \(row.event), then a failure")
            #expect(run.handle(.ended(.success(Self.result))) == .none, "\(state), \(row.event): it is said once")
        }
    }

    @Test("a time limit is told in seconds, or in milliseconds when it is not whole")
    func timeLimit() {
        for (timeout, text) in [(Duration.seconds(300), "300 s"), (.milliseconds(1500), "1500 ms")] {
            var run = RunLifecycle(timeout: timeout)
            #expect(run.handle(.timeUp) == .cancelWork)
            #expect(run.handle(.graceOver) == .abandon(.fail(JobFailure("timed out after \(text)", isRetriable: true))))
        }
    }
}
