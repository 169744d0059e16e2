internal import NIOCore
internal import NIOPosix

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
            throw RedisError(.connectionFailed, Self.reason(error))
        }
    }

    /// A short reason in place of the long texts that NIO prints for a failed connection.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            guard let first = error.connectionErrors.first else {
                return error.dnsAError != nil || error.dnsAAAAError != nil
                    ? "cannot resolve \(error.host)" : "cannot connect to \(error.host)"
            }
            return reason(first.error)
        case let error as IOError:
            return oneLine(error.description, limit: 200)
        case ChannelError.connectTimeout:
            return "no connection within the connect timeout"
        default:
            return oneLine("\(error)", limit: 200)
        }
    }
}
