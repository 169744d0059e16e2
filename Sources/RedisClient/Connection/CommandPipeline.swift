internal import NIOCore

/// Which replies belong to whom: the batches that were written and wait, in order.
///
/// A pure value: batches, replies, the time and the end of the connection come in; what to do comes out.
struct CommandPipeline<Waiter>: ~Copyable {
    /// What a caller sent in one piece.
    struct Batch {
        let id: ObjectIdentifier
        /// How many replies it gets.
        let count: Int
        let rules: BatchRules
        /// `nil` once the caller has given up: the replies are dropped when they come.
        var waiter: Waiter?
    }

    /// What a reply led to.
    enum ReplyAction {
        case none
        /// The batch is complete.
        case finish(Waiter, [RedisValue])
        /// Nobody asked for this reply: the stream cannot be trusted any more.
        case unexpected
    }

    /// What a cancellation led to.
    enum CancelAction {
        /// The batch is complete, or was given up before.
        case none
        case fail(Waiter)
        /// Fail this one, then close the connection.
        case failAndClose(Waiter)
    }

    /// What the passing of time led to.
    struct ExpiryAction {
        /// Those whose time is up.
        var expired: [Waiter] = []
        /// Whether the server counts as frozen.
        var closes = false
        /// When to look again.
        var next: NIODeadline?
    }

    private var batches = CircularBuffer<Batch>()
    /// The replies to the first batch so far. Kept apart, so that appending copies nothing.
    private var replies: [RedisValue] = []
    private var received = 0
    /// Why nothing can be sent any more.
    private(set) var failure: RedisError?

    /// How many batches wait, those included whose caller has given up.
    var count: Int { batches.count }

    /// Why nothing can be written any more, as the sender of a later batch sees it.
    var refusal: RedisError? {
        failure.map { RedisError(.connectionLost, $0.message, serverError: $0.serverError) }
    }

    /// Takes a batch that is about to be written.
    ///
    /// - Returns: Why it must not be written, or `nil`.
    mutating func enqueue(_ batch: Batch) -> RedisError? {
        if let refusal { return refusal }
        batches.append(batch)
        return nil
    }

    mutating func receive(_ reply: RedisValue) -> ReplyAction {
        guard failure == nil else { return .none }
        guard let batch = batches.first else { return .unexpected }
        received += 1
        if batch.waiter != nil {
            if received == 1 { replies.reserveCapacity(batch.count) }
            replies.append(reply)
        }
        guard received == batch.count else { return .none }
        let complete = replies
        replies = []
        received = 0
        batches.removeFirst()
        guard let waiter = batch.waiter else { return .none }
        return .finish(waiter, complete)
    }

    mutating func cancel(_ id: ObjectIdentifier) -> CancelAction {
        // One that was given up is not meant: its ticket is gone, and another may have its identity.
        let index = batches.firstIndex { $0.id == id && $0.waiter != nil }
        guard let index, let waiter = batches[index].waiter else { return .none }
        giveUp(at: index)
        return batches[index].rules.closesOnCancel ? .failAndClose(waiter) : .fail(waiter)
    }

    mutating func expire(now: NIODeadline) -> ExpiryAction {
        var action = ExpiryAction()
        for index in batches.indices {
            guard let waiter = batches[index].waiter, let deadline = batches[index].rules.deadline else { continue }
            if deadline <= now {
                action.expired.append(waiter)
                action.closes = action.closes || batches[index].rules.closesOnExpiry
                giveUp(at: index)
            } else {
                action.next = min(action.next ?? deadline, deadline)
            }
        }
        return action
    }

    /// The end of the connection.
    ///
    /// - Returns: Those who still wait; the server may have executed what they sent. Empty the second time.
    mutating func close(_ reason: RedisError) -> [Waiter] {
        guard failure == nil else { return [] }
        failure = reason
        let waiting = batches.compactMap(\.waiter)
        batches.removeAll()
        replies = []
        return waiting
    }

    private mutating func giveUp(at index: CircularBuffer<Batch>.Index) {
        batches[index].waiter = nil
        if index == batches.startIndex { replies = [] }
    }
}

/// When a batch is given up, and whether the connection goes with it.
struct BatchRules: Hashable, Sendable {
    var deadline: NIODeadline?
    var closesOnExpiry: Bool
    var closesOnCancel: Bool
}

extension RedisTimeout {
    /// - Parameter now: The time at which the batch is written.
    func rules(now: NIODeadline, _ configuration: RedisConnectionConfiguration) -> BatchRules {
        switch self {
        case .standard:
            BatchRules(
                deadline: now + TimeAmount(configuration.commandTimeout),
                closesOnExpiry: true,
                closesOnCancel: false
            )
        case .after(let limit):
            BatchRules(
                deadline: now + TimeAmount(limit),
                closesOnExpiry: limit >= configuration.commandTimeout,
                closesOnCancel: false
            )
        case .blocking(let time):
            BatchRules(
                deadline: now + TimeAmount(time + configuration.blockingGrace),
                closesOnExpiry: true,
                closesOnCancel: true
            )
        case .unlimited:
            BatchRules(deadline: nil, closesOnExpiry: false, closesOnCancel: true)
        }
    }
}
