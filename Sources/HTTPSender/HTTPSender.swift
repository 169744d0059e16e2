/// Makes HTTP requests: one thread around one libcurl multi handle. Requests come in batches from any thread, and answers
/// leave in batches from the sender's own.
///
/// Every request that was handed over is answered exactly once. Dropping the last reference stops the thread too, but only
/// ``stop()`` waits for it.
package final class HTTPSender: Sendable {
    private let inbox: Inbox

    /// Starts the thread.
    ///
    /// - Parameter onResults: takes answers as they come in, on the sender's thread: it must not block.
    /// - Throws: ``HTTPSenderError`` when memory, descriptors or threads have run out.
    package init(
        configuration: HTTPSenderConfiguration = HTTPSenderConfiguration(),
        onResults: @escaping @Sendable ([SendResult]) -> Void
    ) throws(HTTPSenderError) {
        let multi = try MultiHandle(configuration: configuration)
        inbox = Inbox(multi: multi, onResults: onResults)
        try SenderThread.start(TransferLoop(multi: multi, inbox: inbox, configuration: configuration))
    }

    deinit {
        inbox.close(then: nil)
    }

    /// Hands requests over and returns at once. After ``stop()`` they are answered as failures that sent nothing, on the
    /// calling thread.
    package func send(_ requests: [SendRequest]) {
        inbox.add(requests)
    }

    /// How many requests were handed over and not answered yet.
    package var inFlight: Int {
        inbox.unanswered
    }

    /// Ends the thread. Requests in flight are cut off and answered as failures, honest about whether anything of them was
    /// sent. Returns after the last answer was delivered. May be called more than once.
    package func stop() async {
        await withCheckedContinuation { continuation in
            inbox.close { continuation.resume() }
        }
    }
}
