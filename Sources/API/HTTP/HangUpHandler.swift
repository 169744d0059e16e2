import NIOCore
import NIOHTTPTypes

/// Tells when the client has hung up while its request is being answered. Whoever only writes from time to time would learn of it with
/// the write after the next.
///
/// A client that ends its own half of the connection counts as one that has hung up: none does so that waits for an answer.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private var hasHungUp = false
    private var listener: (@Sendable () -> Void)?

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { hangUp() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        hangUp()
        context.fireChannelInactive()
    }

    /// Calls `listener` once the client has hung up, in place of whoever listened before: of the requests of a connection one is
    /// answered at a time.
    func listen(_ listener: @escaping @Sendable () -> Void) {
        self.listener = listener
        if hasHungUp { hangUp() }
    }

    private func hangUp() {
        hasHungUp = true
        listener?()
        listener = nil
    }
}

extension Channel {
    /// Calls `listener` once the client has hung up, on the event loop; at once if it has.
    func onHangUp(_ listener: @escaping @Sendable () -> Void) {
        eventLoop.execute {
            // Without it, writes tell in the end.
            try? self.pipeline.syncOperations.handler(type: HangUpHandler.self).listen(listener)
        }
    }
}
