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

    /// What is known of an entry's id. It stands for one entry, but for more when Redis was wiped and its publisher chose the id again.
    fileprivate struct Held {
        /// The latest; `nil`: it is to be read again.
        var entry: RedisStreamEntry?
        /// How many entries of this id are yet to be written. Redis may not lose it before none is: it knows the latest only.
        var unwritten = 0

        var byteCount: Int { entry?.byteCount ?? 0 }
    }

    fileprivate struct State {
        var entries: [String: Held] = [:]
        var bytes = 0
        /// Entries that the ledger refuses, by what is in them. They stay pending in Redis until another process reads them.
        var givenUp: [String: Int] = [:]
        /// Ids of events whose way into the ledger has begun and not ended: of any other it can be said for sure what the ledger knows.
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

    /// Whether an entry is being worked on, or was given up. Another one under the same id, after Redis was wiped, is not.
    func holds(_ entry: RedisStreamEntry) -> Bool {
        state.withLock { state in
            if let held = state.entries[entry.id] { return held.entry == entry || entry.isDeleted }
            return state.givenUp[entry.id].map { $0 == entry.hashValue || entry.isDeleted } ?? false
        }
    }

    /// Which of these ids stand for entries in hand.
    func inHand(among ids: some Sequence<String>) -> Set<String> {
        state.withLock { state in Set(ids.filter { state.entries[$0] != nil }) }
    }

    /// Takes entries in hand.
    func take(entries: [RedisStreamEntry]) {
        state.withLock { state in
            for entry in entries {
                var held = state.entries[entry.id] ?? Held()
                if held.entry != entry { held.unwritten += 1 }
                state.bytes += entry.byteCount - held.byteCount
                held.entry = entry
                state.entries[entry.id] = held
                state.givenUp[entry.id] = nil
            }
        }
    }

    /// Notes that entries are written, or need not be.
    func written(entries: [String]) {
        state.withLock { state in
            for id in entries {
                guard var held = state.entries[id] else { continue }
                held.unwritten -= 1
                state.entries[id] = held
                // What Redis has under the id is not this one.
                if held.entry == nil, held.unwritten == 0 { state.remove(id) }
            }
        }
        change.yield()
    }

    /// Which of these Redis may let go of: there is no other one under the id that is yet to be written.
    func done(among entries: some Sequence<String>) -> [String] {
        state.withLock { state in entries.filter { state.entries[$0]?.unwritten == 0 } }
    }

    /// Lets go of entries that Redis has let go of.
    func acknowledged(entries: [String]) {
        state.withLock { state in
            for id in entries where state.entries[id]?.unwritten == 0 { state.remove(id) }
        }
        change.yield()
    }

    /// Lets go of entries that are to be read again.
    func drop(entries: [String]) {
        state.withLock { state in
            for id in entries { state.drop(id) }
        }
        change.yield()
    }

    /// Gives entries up that the ledger will never take: this process does not work on them again.
    func giveUp(entries: some Collection<String>) {
        if entries.isEmpty { return }
        state.withLock { state in
            for id in entries {
                let entry = state.entries[id]?.entry
                state.drop(id)
                state.givenUp[id] = entry?.hashValue ?? 0
            }
        }
        change.yield()
    }

    /// Whether entries were given up, which are still pending in Redis.
    var hasGivenUp: Bool { state.withLock { !$0.givenUp.isEmpty } }

    // MARK: Events

    /// Begins the way of events into the ledger, before it is asked for them: whoever begins it alone may send them before they are written.
    ///
    /// - Returns: those that nobody else had begun with.
    func begin(events: some Sequence<String>) -> Set<String> {
        state.withLock { state in Set(events.filter { state.unwritten.insert($0).inserted }) }
    }

    /// Notes that events are in the ledger, or never will be, or are left to others.
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
        /// None of these events is on its way into the ledger.
        case settled(Set<String>)
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
            case .settled(let events): state.unwritten.isDisjoint(with: events)
            case .allAcknowledged: state.entries.isEmpty
            }
        }
    }
}

extension EntriesInHand.State {
    /// Lets go of the latest entry of an id. One that Redis had before it was wiped may be left, which only the process has.
    fileprivate mutating func drop(_ id: String) {
        guard let held = entries[id] else { return }
        guard held.unwritten > 1 else { return remove(id) }
        bytes -= held.byteCount
        entries[id] = EntriesInHand.Held(entry: nil, unwritten: held.unwritten - 1)
    }

    fileprivate mutating func remove(_ id: String) {
        bytes -= entries.removeValue(forKey: id)?.byteCount ?? 0
    }
}
