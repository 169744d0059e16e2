import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// TLS in front of a plain server on loopback: what the server does to its connections, down to a reset in the middle of a
/// record, is done to the TLS connections here. It connects to the server once a handshake is complete.
///
/// It stops when the last reference goes.
package final class TLSFront: Sendable {
    /// The port.
    package let port: UInt16
    private let channel: any Channel

    /// How a connection that the server has closed in order is closed here.
    package enum End: Sendable {
        /// In order, with `close_notify`.
        case orderly
        /// Without `close_notify`, as by somebody who cuts the connection.
        case truncated
    }

    /// Starts a front.
    ///
    /// - Parameters:
    ///   - server: the port of the plain server.
    ///   - certificate: what is shown.
    ///   - protocols: what is offered by ALPN.
    ///   - end: how connections are closed.
    package init(
        before server: UInt16,
        certificate: TestCertificates.Pair,
        protocols: [String] = [],
        end: End = .orderly
    ) throws {
        let chain = try NIOSSLCertificate.fromPEMFile(certificate.certificate)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem))
        )
        configuration.applicationProtocols = protocols
        let context = try NIOSSLContext(configuration: configuration)
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        RawEnd(),
                        NIOSSLServerHandler(context: context),
                        ClientSide(server: server, end: end),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .wait()
        port = UInt16(channel.localAddress?.port ?? 0)
    }

    deinit {
        channel.close(promise: nil)
    }
}

/// Ends a connection below TLS.
private enum RawClose: Sendable {
    /// By a reset.
    case reset
    /// By an orderly end of the TCP connection.
    case end
}

/// The handler next to the socket: carries out a ``RawClose`` past the TLS handler, which would say goodbye first.
private final class RawEnd: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let close = event as? RawClose else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if close == .reset, let options = context.channel as? any SocketOptionProvider {
            options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in
                context.close(promise: promise)
            }
        } else {
            context.close(promise: promise)
        }
    }
}

/// The end towards the client: opens the connection to the server after the handshake, and passes on what the client says.
private final class ClientSide: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let server: UInt16
    private let end: TLSFront.End
    private var serverChannel: (any Channel)?
    /// What came before the server's connection stood.
    private var early: [ByteBuffer] = []

    init(server: UInt16, end: TLSFront.End) {
        self.server = server
        self.end = end
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { connect(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    private func connect(_ client: any Channel) {
        ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelInitializer { [end] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ServerSide(client: client, end: end))
                }
            }
            .connect(host: "127.0.0.1", port: Int(server))
            .assumeIsolated()
            .whenComplete { [self] result in
                switch result {
                case .success(let channel):
                    serverChannel = channel
                    for part in early { channel.writeAndFlush(part, promise: nil) }
                    early = []
                    channel.read()
                case .failure:
                    client.triggerUserOutboundEvent(RawClose.reset, promise: nil)
                }
            }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if let serverChannel { serverChannel.writeAndFlush(part, promise: nil) } else { early.append(part) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        serverChannel?.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// The end towards the server: passes on what the server says, no faster than the client takes it, and how it ends.
private final class ServerSide: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: any Channel
    private let end: TLSFront.End
    private var wasReset = false

    init(client: any Channel, end: TLSFront.End) {
        self.client = client
        self.end = end
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = context.channel
        client.writeAndFlush(unwrapInboundIn(data)).whenComplete { result in
            switch result {
            case .success: channel.read()
            case .failure: channel.close(promise: nil)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        wasReset = true
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if wasReset {
            client.triggerUserOutboundEvent(RawClose.reset, promise: nil)
        } else if end == .truncated {
            client.triggerUserOutboundEvent(RawClose.end, promise: nil)
        } else {
            client.close(promise: nil)
        }
        context.fireChannelInactive()
    }
}
