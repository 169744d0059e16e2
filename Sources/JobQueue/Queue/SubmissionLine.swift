internal import DequeModule
internal import RedisClient

/// Submissions on their way to Redis. One group is sent at a time; those that come meanwhile go together in the next, so that a flood
/// costs a round trip and a script's beginnings for each group only, and a single submission waits for nobody.
///
/// A pure value. Nobody owns the sending: whoever gets a group sends it, and then passes the next one on.
struct SubmissionLine<Waiter: Sendable>: Sendable {
    /// One submission in the line.
    struct Item: Sendable {
        let submission: JobSubmission
        /// What the script is told of it.
        let arguments: RedisArguments
        /// Whether it was sent before, with a group whose answer nobody waited for.
        var wasSent = false
        /// When it came into the line.
        let enteredAt: ContinuousClock.Instant
        let waiter: Waiter
    }

    /// Redis does nothing else while it runs a group: 32 take it about a millisecond.
    static var countLimit: Int { 32 }
    /// How long a submission may wait in the line: as long as Redis may take for an answer.
    static var patience: Duration { .seconds(5) }
    /// Bytes of a group at most, unless it is a single one.
    static var sizeLimit: Int { 1 << 20 }

    private(set) var waiting: Deque<Item> = []
    private(set) var isSending = false

    /// Takes a submission.
    ///
    /// - Returns: the group to send, which is this one, if nobody sends.
    mutating func enter(_ item: Item) -> [Item]? {
        guard isSending else {
            isSending = true
            return [item]
        }
        waiting.append(item)
        return nil
    }

    /// The sender of a group has its answer.
    ///
    /// - Returns: the next group, in order; empty when nobody waits.
    mutating func next() -> [Item] {
        var group: [Item] = []
        // The script looks at what was there before the group, so nothing may come twice in it.
        var ids: Set<JobID> = []
        var keys: Set<String> = []
        var size = 0
        while let item = waiting.first, group.count < Self.countLimit {
            guard group.isEmpty || size + item.arguments.byteCount <= Self.sizeLimit,
                ids.insert(item.submission.id).inserted,
                item.submission.idempotency.map({ keys.insert($0.key).inserted }) ?? true
            else { break }
            size += item.arguments.byteCount
            group.append(item)
            waiting.removeFirst()
        }
        isSending = !group.isEmpty
        return group
    }

    /// Puts those of a group back to the head of the line that its sender did not wait for.
    mutating func putBack(_ items: some BidirectionalCollection<Item>) {
        for var item in items.reversed() {
            item.wasSent = true
            waiting.prepend(item)
        }
    }

    /// Takes all out who wait.
    mutating func leave() -> [Item] {
        defer { waiting = [] }
        return Array(waiting)
    }

    /// Takes those out who came before a time and were never sent: Redis answers, but too slowly for them.
    mutating func leave(enteredBefore time: ContinuousClock.Instant) -> [Item] {
        // Those who came first stand first.
        let old = Array(waiting.prefix { $0.enteredAt < time })
        guard !old.isEmpty else { return [] }
        waiting.removeFirst(old.count)
        waiting.prepend(contentsOf: old.filter(\.wasSent))
        return old.filter { !$0.wasSent }
    }
}
