import Synchronization

/// What a `redis-server` said last: of a server that ended, it is the reason.
final class ServerOutput: Sendable {
    private let last = Mutex<String?>(nil)

    /// Notes a line, which is `PID:ROLE DATE TIME MARK WORDS`: warnings, marked `#`, count more than what comes after them.
    func note(_ line: String) {
        let parts = line.split(separator: " # ", maxSplits: 1)
        last.withLock { last in
            if parts.count == 2 {
                last = String(parts[1])
            } else if last == nil {
                last = line
            }
        }
    }

    /// The line, once.
    func takeLast() -> String? { last.withLock { $0.take() } }
}
