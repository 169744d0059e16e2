internal import NIOCore
internal import NIOPosix
internal import NIOSSL

extension RedisConnection {
    /// Connects and signs in: TCP or unix socket, TLS, `AUTH`, `SELECT`, `CLIENT SETNAME`, and a `PING`, as a server
    /// that is still loading its data takes connections but no commands.
    ///
    /// - Throws: `connectionFailed`, `authenticationFailed`, `invalidConfiguration` (files of the TLS options), or
    ///   `cancelled`, at once when the task is.
    package static func connect(
        to endpoint: RedisEndpoint,
        configuration: RedisConnectionConfiguration = RedisConnectionConfiguration()
    ) async throws(RedisError) -> RedisConnection {
        let deadline = ContinuousClock.now + configuration.connectTimeout
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let tls = try await endpoint.tls?.makeContext()
        let opened = try await ConnectAttempt(eventLoop: eventLoop).run {
            open(endpoint, configuration, tls, on: eventLoop)
        }
        let connection = RedisConnection(endpoint: endpoint, channel: opened.channel, handler: opened.handler)
        do {
            try await connection.signIn(configuration, timeout: deadline - .now)
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    private static func open(
        _ endpoint: RedisEndpoint,
        _ configuration: RedisConnectionConfiguration,
        _ tls: NIOSSLContext?,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<ConnectAttempt.Opened> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            // So that a peer that is gone for good is noticed on an idle connection too, if late.
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: endpoint.serverName)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    let decoder = try RedisReplyDecoder(maximumReplyBytes: configuration.maximumReplyBytes)
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
                    try channel.pipeline.syncOperations.addHandler(RedisChannelHandler(configuration: configuration))
                }
            }
        let channel =
            switch endpoint.address {
            case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
            case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        return channel.flatMapThrowing { channel in
            let handler = try channel.pipeline.syncOperations.handler(type: RedisChannelHandler.self)
            return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }
    }

    private func signIn(
        _ configuration: RedisConnectionConfiguration,
        timeout: Duration
    ) async throws(RedisError) {
        let steps = SignIn(endpoint: endpoint, clientName: configuration.clientName)
        let replies: [RedisValue]
        do {
            replies = try await send(steps.commands, timeout: .after(timeout))
        } catch let error where error.code == .cancelled {
            throw error
        } catch {
            // Nothing that a caller wanted was sent yet.
            throw RedisError(.connectionFailed, "\(endpoint): \(error.message)", serverError: error.serverError)
        }
        try steps.check(replies)
    }
}

extension RedisEndpoint {
    /// What is sent as SNI and expected in the certificate. `nil` for an IP address: the certificate must then name
    /// that address, which NIOSSL compares with the peer's.
    fileprivate var serverName: String? {
        if let name = tls?.serverName { return name }
        guard case .tcp(let host, _) = address else { return nil }
        let isIPAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return isIPAddress ? nil : host
    }
}
