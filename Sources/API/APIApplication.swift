import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Telemetry

/// The HTTP API as a service: it listens until the group that runs it shuts down, and lets requests in progress end.
package struct APIApplication: Service {
    let application: Application<APIResponder>

    /// Prepares the API; nothing is bound before ``run()``.
    ///
    /// - Parameters:
    ///   - host: the address or name to listen on.
    ///   - port: 0 takes any free port.
    ///   - onListening: told the bound port once connections are taken.
    package init(
        host: String,
        port: Int,
        dependencies: APIDependencies,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        // Hummingbird's own lines repeat what is logged here.
        var quiet = dependencies.logger
        quiet.logLevel = max(quiet.logLevel, .warning)
        let watch = JobWatch(limit: dependencies.jobRules.watcherLimit, changes: dependencies.jobs.changes)
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ParserProblemHandler(), HangUpHandler()],
            idleTimeout: .seconds(60),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: ParserProblemHandler.fieldLimit,
                maxHeaderListSize: ParserProblemHandler.listLimit,
                maxHeaderFieldCount: ParserProblemHandler.countLimit
            )
        )
        let group = MultiThreadedEventLoopGroup.singleton
        self.application = Application(
            responder: APIResponder(dependencies: dependencies, watch: watch),
            server: HTTPServerBuilder { responder in
                HTTPOnEventLoop(HTTP1Channel(responder: responder, configuration: http), group: group)
            },
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            services: [watch],
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? port
                dependencies.logger.info(
                    "The API takes requests",
                    metadata: Logger.Metadata([.address: .string("\(host):\(port)")])
                )
                await onListening(port)
            },
            eventLoopGroupProvider: .shared(group),
            logger: quiet
        )
    }

    /// Serves until graceful shutdown. - Throws: when the address cannot be bound.
    package func run() async throws {
        try await application.run()
    }
}
