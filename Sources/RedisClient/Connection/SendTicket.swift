internal import Synchronization

/// Names one batch on its way from the caller to the event loop, and carries a cancellation that overtakes it.
final class SendTicket: Sendable {
    private let cancelled = Atomic<Bool>(false)

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }
}
