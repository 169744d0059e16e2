import Synchronization

/// The stream entries that this process has read and not acknowledged, and the events among them that the ledger does not know yet.
///
/// Intake puts them in and alone waits for changes; the recorder says what is written, the acknowledger what Redis has let go of.
package final class EntriesInHand: Sendable {
    /// Entries in hand before no more is read.
    static let limit = 2_000
    /// Bytes of their fields before no more is read. One page may exceed it.
    static let byteLimit = 64 << 20

    private struct State {
        /// Sizes by the entries' ids.
        var entries: [String: Int] = [:]
        var bytes = 0
        /// Ids of events.
        var unwritten: Set<String> = []
    }

    private let state = Mutex(State())
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    /// Nothing is in hand.
    package init() {
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether an entry is being worked on.
    func holds(_ entry: String) -> Bool {
        state.withLock { $0.entries[entry] != nil }
    }

    /// Takes entries in hand, each with the bytes of its fields.
    func take(_ entries: [(id: String, bytes: Int)]) {
        state.withLock { state in
            for entry in entries where state.entries.updateValue(entry.bytes, forKey: entry.id) == nil {
                state.bytes += entry.bytes
            }
        }
    }

    /// Gives entries up: acknowledged, or to be read again.
    func drop(_ entries: [String]) {
        state.withLock { state in
            for entry in entries { state.bytes -= state.entries.removeValue(forKey: entry) ?? 0 }
        }
        change.yield()
    }

    /// Notes events that are sent before they are written.
    func begin(_ events: some Sequence<String>) {
        state.withLock { $0.unwritten.formUnion(events) }
    }

    /// Notes that events are in the ledger.
    func written(_ events: some Sequence<String>) {
        state.withLock { $0.unwritten.subtract(events) }
        change.yield()
    }

    /// Which of these events are not in the ledger but on their way there. One that is missing here and in a read of the ledger
    /// that begins afterwards was never read.
    func unwritten(among events: some Sequence<String>) -> Set<String> {
        state.withLock { $0.unwritten.isEmpty ? [] : $0.unwritten.intersection(events) }
    }

    /// What intake may wait for.
    enum Condition {
        /// More may be read.
        case room
        /// The ledger has everything that was read.
        case allWritten
        /// Redis has let go of everything.
        case allAcknowledged
    }

    /// Returns when the condition holds, or the task was cancelled.
    func wait(for condition: Condition) async {
        if holds(condition) { return }
        for await _ in changes where holds(condition) { return }
    }

    private func holds(_ condition: Condition) -> Bool {
        state.withLock { state in
            switch condition {
            case .room: state.entries.count < Self.limit && state.bytes < Self.byteLimit
            case .allWritten: state.unwritten.isEmpty
            case .allAcknowledged: state.entries.isEmpty
            }
        }
    }
}
