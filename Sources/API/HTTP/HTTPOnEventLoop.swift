import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// HTTP/1.1 whose requests are answered on the event loop of their connection.
///
/// With the usual executor each request goes from its event loop to another thread and back, several times. Nothing here
/// waits for a disk or a server on its thread, so an event loop is no worse a place.
struct HTTPOnEventLoop: ServerChildChannel {
    private let http: HTTP1Channel
    private let executors: [ObjectIdentifier: EventLoopExecutor]

    /// - Parameter group: those that connections are given to.
    init(_ http: HTTP1Channel, group: any EventLoopGroup) {
        self.http = http
        let loops = group.makeIterator().map { (ObjectIdentifier($0), EventLoopExecutor($0)) }
        executors = Dictionary(loops) { first, _ in first }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        let executor = executors[ObjectIdentifier(value.channel.eventLoop)]
        await withTaskExecutorPreference(executor) { await http.handle(value: value, logger: logger) }
    }
}
