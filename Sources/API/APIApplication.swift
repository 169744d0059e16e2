import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Telemetry

/// The HTTP API as a service: it listens until the group that runs it shuts down, and lets requests in progress end.
package struct APIApplication: Service {
    let application: Application<RouterResponder<APIContext>>

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
            additionalChannelHandlers: [ParserProblemHandler()],
            idleTimeout: .seconds(60),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: ParserProblemHandler.fieldLimit,
                maxHeaderListSize: ParserProblemHandler.listLimit,
                maxHeaderFieldCount: ParserProblemHandler.countLimit
            )
        )
        let group = MultiThreadedEventLoopGroup.singleton
        self.application = Application(
            router: makeRouter(dependencies: dependencies, watch: watch),
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

/// The router with every endpoint.
func makeRouter(dependencies: APIDependencies, watch: JobWatch) -> Router<APIContext> {
    let endpoints = Endpoint.all(dependencies, watch: watch)
    let router = Router(context: APIContext.self)
    router.add(middleware: AuthenticationMiddleware(authenticate: dependencies.authenticate))
    router.add(middleware: RequestLogMiddleware(logger: dependencies.logger))
    router.add(middleware: HeadersMiddleware())
    router.add(
        middleware: RateLimitMiddleware(limits: dependencies.limits, endpoints: endpoints, now: dependencies.now)
    )
    router.add(middleware: ProblemMiddleware(paths: PathTable(endpoints), logger: dependencies.logger))
    router.add(middleware: ContinueMiddleware())
    for endpoint in endpoints {
        // What can be read can be asked for without its body (RFC 9110 section 9.3.2).
        for method in endpoint.method == .get ? [.get, .head] : [endpoint.method] {
            router.on(RouterPath(endpoint.path), method: method) { request, context in
                try await endpoint.answer(request, context: context)
            }
        }
    }
    return router
}
