import Foundation
import FoundationNetworking
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Reads a stream of Server-Sent Events (HTML, section 9.2) piece by piece.
///
/// Over SwiftNIO: while a stream says nothing, Foundation's URLSession asks the system again and again whether it may write, and takes a whole
/// core for it (seen with Swift 6.3).
struct EventStreamClient {
    /// How long nothing may come. A stream without news carries a comment every 15 seconds.
    private static let silence = TimeAmount.seconds(60)

    /// Calls `event` with the data of each event, until it says that it has seen enough or the stream ends.
    ///
    /// - Throws: what ended it before its end; ``CommandFailure`` for an answer that is no stream.
    static func read(_ request: URLRequest, _ event: (Data) throws -> Bool) async throws {
        guard let url = request.url, let host = url.host else {
            throw CommandFailure(.badData, "there is no host to ask")
        }
        let usesTLS = url.scheme == "https"
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: host, port: url.port ?? (usesTLS ? 443 : 80)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.prepare(channel, tlsTo: usesTLS ? host : nil)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(.head(Self.head(of: request, url, host: host)))
            try await outbound.write(.end(nil))
            var parser = ServerSentEvents()
            for try await part in inbound {
                switch part {
                case .head(let head):
                    guard head.status == .ok else { throw CommandFailure(.failed, "HTTP \(head.status.code)") }
                case .body(let piece):
                    for data in parser.add(piece.readableBytesView) {
                        guard try event(data) else { return }
                    }
                case .end:
                    return
                }
            }
        }
    }

    private static func prepare(
        _ channel: any Channel,
        tlsTo host: String?
    ) throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        let pipeline = channel.pipeline.syncOperations
        if let host {
            let context = try NIOSSLContext(configuration: .makeClientConfiguration())
            // An address is no server name (RFC 6066 section 3), but the certificate is held to it all the same.
            let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host))
        }
        try pipeline.addHandler(IdleStateHandler(readTimeout: silence))
        try pipeline.addHTTPClientHandlers()
        try pipeline.addHandler(SilenceHandler())
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    private static func head(of request: URLRequest, _ url: URL, host: String) -> HTTPRequestHead {
        var headers = HTTPHeaders((request.allHTTPHeaderFields ?? [:]).map { ($0.key, $0.value) })
        let name = host.contains(":") ? "[\(host)]" : host
        headers.replaceOrAdd(name: "host", value: url.port.map { "\(name):\($0)" } ?? name)
        headers.replaceOrAdd(name: "accept", value: "text/event-stream")
        let path = URLComponents(url: url, resolvingAgainstBaseURL: false)
        let target = (path?.percentEncodedPath ?? "/") + (path?.percentEncodedQuery.map { "?\($0)" } ?? "")
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
    }

    /// Ends a connection on which nothing came for too long.
    private final class SilenceHandler: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        typealias InboundOut = HTTPClientResponsePart

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event is IdleStateHandler.IdleStateEvent {
                context.fireErrorCaught(CommandFailure(.unavailable, "nothing was heard for a minute"))
                context.close(promise: nil)
            } else {
                context.fireUserInboundEventTriggered(event)
            }
        }
    }
}
