import Glibc
import Logging
import ServiceLifecycle
import Telemetry
import UnixSignals

/// Runs services until a signal says otherwise.
///
/// The first SIGTERM or SIGINT stops them gracefully; a second one ends the process at once, which loses nothing, because what
/// was not recorded is made again. SIGHUP reloads the routes.
struct SignalHandling {
    let services: [any Service]
    /// Whether the end of one service is the end of all, and no failure.
    var endsWithFirst = false
    let logger: Logger
    /// Called for each SIGHUP.
    let reload: @Sendable () async -> Void

    func run() async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: $0,
                        successTerminationBehavior: endsWithFirst ? .gracefullyShutdownGroup : .cancelGroup
                    )
                },
                logger: quietLogger
            )
        )
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask { await handle(signals, of: group) }
            // The services end first, or fail; the signals never do.
            try await tasks.next()
            tasks.cancelAll()
        }
    }

    private func handle(_ signals: UnixSignalsSequence, of group: ServiceGroup) async {
        var isStopping = false
        for await signal in signals {
            if signal == .sighup {
                await reload()
                continue
            }
            logger.info(
                isStopping ? "Second signal: ending at once" : "Stopping",
                metadata: Logger.Metadata([.signal: "\(signal)"])
            )
            if isStopping { _exit(128 + signal.rawValue) }
            isStopping = true
            await group.triggerGracefulShutdown()
        }
    }

    /// The group's own lines repeat what the services say.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(quiet.logLevel, .error)
        return quiet
    }
}
