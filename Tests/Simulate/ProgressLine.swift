import Foundation
import Synchronization

/// Says on standard error how far a search has come, at most once a second: as one line that changes on a terminal, now and then
/// as a line of its own elsewhere.
final class ProgressLine: Sendable {
    private struct State {
        var shownAt = ContinuousClock.now
    }

    private let total: UInt64
    private let begun = ContinuousClock.now
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    init(of total: UInt64) {
        self.total = total
    }

    func show(_ done: Int) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard now - state.shownAt >= .seconds(isTerminal ? 1 : 30) else { return }
            state.shownAt = now
            let seconds = max(1, (now - begun).components.seconds)
            write("\(done) of \(total) worlds, \(Int64(done) / seconds) a second\(isTerminal ? "\r" : "\n")")
        }
    }

    func end() {
        if isTerminal { write("\u{1B}[K") }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
