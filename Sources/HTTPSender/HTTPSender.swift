/// Makes HTTP requests: a thread around a libcurl multi handle for receivers that answer, and another for those that are not
/// known to. Requests come in batches from any thread, and answers leave in batches from the sender's own.
///
/// Two, because libcurl 7.88 looks at every request under way whenever one of them moves: some hundred that hang would
/// cost each of the others tens of microseconds.
///
/// Every request that was handed over is answered exactly once. Dropping the last reference stops the threads too, but only
/// ``stop()`` waits for it.
package final class HTTPSender: Sendable {
    private let inbox: Inbox
    private let trials: Inbox

    /// Starts the threads.
    ///
    /// - Parameter onResults: takes answers as they come in, on either thread: it must not block.
    /// - Throws: ``HTTPSenderError`` when memory, descriptors or threads have run out.
    package init(
        configuration: HTTPSenderConfiguration = HTTPSenderConfiguration(),
        onResults: @escaping @Sendable ([SendResult]) -> Void
    ) throws(HTTPSenderError) {
        inbox = try Self.start(configuration, onResults)
        do {
            trials = try Self.start(configuration, onResults)
        } catch {
            inbox.close(then: nil)
            throw error
        }
    }

    private static func start(
        _ configuration: HTTPSenderConfiguration,
        _ onResults: @escaping @Sendable ([SendResult]) -> Void
    ) throws(HTTPSenderError) -> Inbox {
        let multi = try MultiHandle(configuration: configuration)
        let inbox = Inbox(multi: multi, onResults: onResults)
        try SenderThread.start(TransferLoop(multi: multi, inbox: inbox, configuration: configuration))
        return inbox
    }

    deinit {
        inbox.close(then: nil)
        trials.close(then: nil)
    }

    /// Hands requests over and returns at once. After ``stop()`` they are answered as failures that sent nothing, on the
    /// calling thread.
    package func send(_ requests: [SendRequest]) {
        if requests.allSatisfy(\.receiverAnswers) {
            inbox.add(requests)
        } else {
            inbox.add(requests.filter(\.receiverAnswers))
            trials.add(requests.filter { !$0.receiverAnswers })
        }
    }

    /// How many requests were handed over and not answered yet.
    package var inFlight: Int {
        inbox.unanswered + trials.unanswered
    }

    /// Ends the threads. Requests in flight are cut off and answered as failures, honest about whether anything of them was
    /// sent. Returns after the last answer was delivered. May be called more than once.
    package func stop() async {
        for inbox in [inbox, trials] {
            await withCheckedContinuation { continuation in
                inbox.close { continuation.resume() }
            }
        }
    }
}
