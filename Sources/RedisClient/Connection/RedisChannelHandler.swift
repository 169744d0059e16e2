internal import NIOCore
internal import NIOSSL

/// The end of the channel's pipeline: writes batches, hands replies to those who wait, watches the time.
///
/// Confined to the channel's event loop; all decisions are ``CommandPipeline``'s.
final class RedisChannelHandler: ChannelInboundHandler, NIOScheduledCallbackHandler {
    typealias InboundIn = [RedisValue]
    typealias OutboundOut = ByteBuffer
    typealias Waiter = CheckedContinuation<Result<[RedisValue], RedisError>, Never>

    private let configuration: RedisConnectionConfiguration
    private var pipeline = CommandPipeline<Waiter>()
    private var context: ChannelHandlerContext?
    private var willFlush = false
    private var timer: (callback: NIOScheduledCallback, deadline: NIODeadline)?

    init(configuration: RedisConnectionConfiguration) {
        self.configuration = configuration
    }

    /// Why the connection ended, once it has.
    var failure: RedisError? { pipeline.failure }

    // MARK: Calls

    func send(_ bytes: ByteBuffer, count: Int, timeout: RedisTimeout, ticket: SendTicket, waiter: Waiter) {
        guard !ticket.isCancelled else {
            return waiter.resume(returning: .failure(RedisError(.cancelled, "cancelled before it was sent")))
        }
        guard let context else {
            let refusal = pipeline.refusal ?? RedisError(.connectionLost, "the connection is closed")
            return waiter.resume(returning: .failure(refusal))
        }
        let rules = timeout.rules(now: context.eventLoop.now, configuration)
        let batch = CommandPipeline.Batch(id: ObjectIdentifier(ticket), count: count, rules: rules, waiter: waiter)
        if let refusal = pipeline.enqueue(batch) {
            return waiter.resume(returning: .failure(refusal))
        }
        if let deadline = rules.deadline { wake(at: deadline) }
        context.write(wrapOutboundOut(bytes), promise: nil)
        flushSoon(context)
    }

    /// Lets go what was written once everybody who has something to say at this turn of the event loop has said it: one system
    /// call for all of them.
    private func flushSoon(_ context: ChannelHandlerContext) {
        guard !willFlush else { return }
        willFlush = true
        context.eventLoop.assumeIsolated().execute {
            self.willFlush = false
            self.context?.flush()
        }
    }

    func cancel(_ ticket: SendTicket) {
        let error = RedisError(.cancelled, "cancelled while waiting", wasSent: true)
        switch pipeline.cancel(ObjectIdentifier(ticket)) {
        case .none: break
        case .fail(let waiter):
            waiter.resume(returning: .failure(error))
        case .failAndClose(let waiter):
            waiter.resume(returning: .failure(error))
            end(RedisError(.connectionLost, "closed, as a blocking command was cancelled"))
        }
    }

    /// Ends the connection: all who wait fail now, and the socket closes.
    func end(_ reason: RedisError) {
        for waiter in pipeline.close(reason) {
            waiter.resume(returning: .failure(reason.with(wasSent: true)))
        }
        timer?.callback.cancel()
        timer = nil
        context?.close(promise: nil)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(RedisError(.connectionLost, "the connection is closed"))
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for reply in unwrapInboundIn(data) {
            switch pipeline.receive(reply) {
            case .none: break
            case .finish(let waiter, let replies): waiter.resume(returning: .success(replies))
            case .unexpected:
                // A refusal that answers nothing, such as "max number of clients reached", says why it comes.
                let reason = reply.error.map { RedisError(.connectionLost, $0.text, serverError: $0) }
                end(reason ?? RedisError(.protocolViolation, "a reply came that nobody had asked for"))
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(RedisError(.connectionLost, "the server closed the connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as RedisError: end(error)
        // The end of the connection without a farewell: what Redis always does. channelInactive follows.
        case NIOSSLError.uncleanShutdown: break
        default: end(RedisError(.connectionLost, failureReason(error)))
        }
    }

    // MARK: Time

    /// One timer for all batches: it is set for the earliest deadline, and left alone when that batch completes in
    /// time, so it fires once in a timeout's length rather than being set for every batch.
    private func wake(at deadline: NIODeadline) {
        if let timer {
            guard deadline < timer.deadline else { return }
            timer.callback.cancel()
        }
        guard let context else { return }
        let callback = try? context.eventLoop.assumeIsolated().scheduleCallback(at: deadline, handler: self)
        timer = callback.map { ($0, deadline) }
    }

    func handleScheduledCallback(eventLoop: some EventLoop) {
        timer = nil
        let action = pipeline.expire(now: eventLoop.now)
        for waiter in action.expired {
            waiter.resume(returning: .failure(RedisError(.timedOut, "no reply in the time allowed", wasSent: true)))
        }
        if action.closes {
            end(RedisError(.connectionLost, "the server did not answer in time"))
        } else if let next = action.next {
            wake(at: next)
        }
    }
}
