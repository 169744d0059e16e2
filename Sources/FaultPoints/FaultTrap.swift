#if FAULT_POINTS
import Glibc
import Synchronization

/// Stops the process with SIGSTOP at the passage that the environment names, after saying so in one line on standard error.
/// Whoever asked for it then ends the process, or lets it go on with SIGCONT.
///
/// `POSTBACK_FAULT_POINT=intake.committed` stops at the first passage of that step, `intake.committed:3` at the third.
package final class FaultTrap: Sendable {
    /// The trap of this process; `nil`: none was asked for.
    package static let armed = getenv("POSTBACK_FAULT_POINT").flatMap { FaultTrap(String(cString: $0)) }

    private let point: FaultPoint
    private let passage: Int
    private let passages = Atomic(0)

    /// Reads `name` or `name:n`. A name that is not known ends the process: a test must not wait for what never comes.
    private init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1)
        guard let point = parts.first.flatMap({ FaultPoint(rawValue: String($0)) }),
            let passage = parts.count == 1 ? 1 : Int(parts[1])
        else {
            Self.say("no fault point \(text)")
            _exit(EXIT_FAILURE)
        }
        self.point = point
        self.passage = passage
    }

    /// Counts a passage.
    package func passed(_ point: FaultPoint) {
        guard point == self.point, passages.add(1, ordering: .relaxed).newValue == passage else { return }
        Self.say("fault point \(point.rawValue)")
        // To this thread, so that it cannot take another step before all of them stand.
        raise(SIGSTOP)
    }

    private static func say(_ text: String) {
        let line = Array("\(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
#endif
