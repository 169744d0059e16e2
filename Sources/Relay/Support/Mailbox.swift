import Synchronization

/// Hands values from many senders to one receiver in batches: sending takes a lock once, receiving takes all there is.
package final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake: AsyncStream<Void>.Continuation
    /// Yields whenever something was sent since the last take; wake-ups that came together are one.
    package let wakeUps: AsyncStream<Void>

    /// Makes an empty mailbox.
    package init() {
        (wakeUps, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Puts a value in and wakes the receiver; never blocks.
    ///
    /// - Returns: `false` when the mailbox was closed and the value was not taken.
    @discardableResult
    package func send(_ element: Element) -> Bool {
        let wasTaken = state.withLock { state in
            guard !state.isClosed else { return false }
            state.elements.append(element)
            return true
        }
        if wasTaken { wake.yield() }
        return wasTaken
    }

    /// Everything that was sent since the last take, in order.
    package func takeAll() -> [Element] {
        state.withLock { state in
            defer { state.elements = [] }
            return state.elements
        }
    }

    /// Takes nothing more; ``wakeUps`` ends once what is there has been announced.
    package func close() {
        state.withLock { $0.isClosed = true }
        wake.finish()
    }
}
