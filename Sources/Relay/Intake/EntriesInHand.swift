import RedisClient
import Synchronization

/// The stream entries that this process has read and not acknowledged, and the events among them that the ledger does not know yet.
///
/// Intake puts them in and alone waits for changes; the recorder says what is written, the acknowledger what Redis has let go of.
package final class EntriesInHand: Sendable {
    /// Entries in hand before no more is read.
    static let limit = 2_000
    /// Bytes of their fields before no more is read. One page may exceed it.
    static let byteLimit = 64 << 20

    fileprivate struct State {
        var entries: [String: RedisStreamEntry] = [:]
        var bytes = 0
        /// Entries that the ledger refuses. They stay pending in Redis until another process reads them.
        var givenUp: Set<String> = []
        /// Ids of events that are offered and not in the ledger.
        var unwritten: Set<String> = []
    }

    private let state = Mutex(State())
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    /// Nothing is in hand.
    package init() {
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Entries

    /// Whether an entry is being worked on, or one of its id was given up. Another one under the id of one that is worked on, after
    /// Redis was wiped, is not.
    func holds(_ entry: RedisStreamEntry) -> Bool {
        state.withLock { state in
            if let held = state.entries[entry.id] { return held == entry || entry.isDeleted }
            return state.givenUp.contains(entry.id)
        }
    }

    /// Takes entries in hand.
    func take(entries: [RedisStreamEntry]) {
        state.withLock { state in
            for entry in entries {
                state.bytes += entry.byteCount - (state.entries.updateValue(entry, forKey: entry.id)?.byteCount ?? 0)
            }
        }
    }

    /// Lets go of entries: Redis has, or they are to be read again.
    func drop(entries: [String]) {
        state.withLock { $0.drop(entries) }
        change.yield()
    }

    /// Gives entries up that the ledger will never take: this process does not work on them again.
    func giveUp(entries: some Collection<String>) {
        if entries.isEmpty { return }
        state.withLock { state in
            state.drop(entries)
            state.givenUp.formUnion(entries)
        }
        change.yield()
    }

    /// Whether entries were given up, which are still pending in Redis.
    var hasGivenUp: Bool { state.withLock { !$0.givenUp.isEmpty } }

    // MARK: Events

    /// Notes events that may be sent before they are written.
    func offer(events: some Sequence<String>) {
        state.withLock { $0.unwritten.formUnion(events) }
    }

    /// Notes that events are in the ledger, or never will be.
    func settle(events: some Sequence<String>) {
        state.withLock { $0.unwritten.subtract(events) }
        change.yield()
    }

    /// Which of these events are not in the ledger but on their way there. One that is missing here and in a read of the ledger
    /// that begins afterwards was never read.
    func unwritten(among events: some Sequence<String>) -> Set<String> {
        state.withLock { $0.unwritten.isEmpty ? [] : $0.unwritten.intersection(events) }
    }

    // MARK: Waiting

    /// What intake may wait for.
    enum Condition {
        /// More may be read.
        case room
        /// The ledger has everything that was offered.
        case allWritten
        /// Redis has let go of everything that was not given up.
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

extension EntriesInHand.State {
    fileprivate mutating func drop(_ ids: some Sequence<String>) {
        for id in ids { bytes -= entries.removeValue(forKey: id)?.byteCount ?? 0 }
    }
}
