import Synchronization

/// What readiness is told of the job queue. The part that reads it all the time reports; nobody asks the server.
package final class JobHealth: Sendable {
    private let state = Mutex<String?>(nil)

    /// Nothing is wrong yet.
    package init() {}

    /// Why the stream of ended jobs cannot be read, although Redis may be connected: one line, such as a permission that is
    /// missing; `nil` while it can.
    package var trouble: String? { state.withLock { $0 } }

    func note(trouble: String?) { state.withLock { $0 = trouble } }
}
