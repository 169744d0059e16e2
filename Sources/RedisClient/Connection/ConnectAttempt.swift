internal import NIOCore

/// Waits for a channel in such a way that cancellation ends the wait at once, and closes a channel that comes too late.
struct ConnectAttempt {
    typealias Opened = (channel: any Channel, handler: NIOLoopBound<RedisChannelHandler>)

    let eventLoop: any EventLoop

    func run(_ open: () -> EventLoopFuture<Opened>) async throws(RedisError) -> Opened {
        let promise = eventLoop.makePromise(of: Opened.self)
        let opened = open()
        // The first of channel and cancellation completes the promise; the other has no effect on it.
        opened.cascade(to: promise)
        promise.futureResult.whenFailure { _ in
            opened.whenSuccess { $0.channel.close(promise: nil) }
        }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(CancellationError())
            }
        } catch is CancellationError {
            throw RedisError(.cancelled, "cancelled while connecting")
        } catch let error as RedisError {
            throw error
        } catch {
            throw RedisError(.connectionFailed, failureReason(error))
        }
    }
}
