import Deliveries
import Synchronization

/// What other threads hand to the sender's thread: requests, and the wish to end. One lock, taken once for a batch.
final class Inbox: Sendable {
    private struct State {
        var pending: [SendRequest] = []
        var unanswered = 0
        var isClosing = false
        /// Called after the last answer was delivered; empty once the thread has ended.
        var onEnd: [@Sendable () -> Void] = []
        /// Whether the thread waits and was not woken yet. Waking it at any other time would be a wasted system call.
        var isWaiting = false
        /// Only to wake the thread, and gone once it has ended.
        var multi: MultiHandle?
    }

    private let state: Mutex<State>
    private let onResults: @Sendable ([SendResult]) -> Void

    init(multi: MultiHandle, onResults: @escaping @Sendable ([SendResult]) -> Void) {
        state = Mutex(State(multi: multi))
        self.onResults = onResults
    }

    /// How many requests were added and not answered.
    var unanswered: Int {
        state.withLock { $0.unanswered }
    }

    /// Adds requests and wakes the thread. Once closed, they are answered at once.
    func add(_ requests: [SendRequest]) {
        guard !requests.isEmpty else { return }
        let isClosed = state.withLock { state in
            if state.isClosing { return true }
            state.pending += requests
            state.unanswered += requests.count
            Self.wake(&state)
            return false
        }
        if isClosed {
            onResults(requests.map { SendResult(token: $0.token, answer: .stopped) })
        }
    }

    /// Asks the thread to end, and has `action` called when it has; at once if it has ended already.
    func close(then action: (@Sendable () -> Void)?) {
        let hasEnded = state.withLock { state in
            state.isClosing = true
            guard state.multi != nil else { return true }
            if let action { state.onEnd.append(action) }
            Self.wake(&state)
            return false
        }
        if hasEnded { action?() }
    }

    private static func wake(_ state: inout State) {
        guard state.isWaiting, let multi = state.multi else { return }
        state.isWaiting = false
        multi.wakeUp()
    }

    // MARK: The thread's side

    /// Takes what was added since the last time, and whether the thread should end.
    func take() -> (requests: [SendRequest], isClosing: Bool) {
        state.withLock { state in
            state.isWaiting = false
            defer { state.pending = [] }
            return (state.pending, state.isClosing)
        }
    }

    /// Says that the thread is about to wait; false if there is something to take instead. A wake-up between this and the
    /// wait ends the wait at once, so none is lost.
    func prepareToWait() -> Bool {
        state.withLock { state in
            state.isWaiting = state.pending.isEmpty && !state.isClosing
            return state.isWaiting
        }
    }

    /// Delivers answers.
    func deliver(_ results: [SendResult]) {
        guard !results.isEmpty else { return }
        state.withLock { $0.unanswered -= results.count }
        onResults(results)
    }

    /// Says that the thread has ended: nobody will wake it again.
    func end() {
        let actions = state.withLock { state in
            state.multi = nil
            defer { state.onEnd = [] }
            return state.onEnd
        }
        for action in actions { action() }
    }
}

extension Answer {
    /// The answer to a request that came after the end.
    static var stopped: Answer {
        var answer = Answer(
            failure: .reset,
            errorText: "the sender has been stopped",
            requestWasSent: false,
            times: PhaseTimes(total: 0)
        )
        answer.wasCutOff = true
        return answer
    }
}
