import Deliveries
import FaultPoints
import Glibc
import Ledger
import Logging
import RedisClient
import Relay
import ServiceLifecycle
import Settings
import Telemetry

/// Runs a relay process from its settings to its end: what `up` and `relay` have in common.
struct RelayProcess {
    let settings: RunSettings
    let endpoint: RedisEndpoint
    let ledger: SQLiteLedger
    let data: DataDirectory
    let common: CommonOptions
    let server: ServerOptions
    var made: FirstStart?
    /// Whether it also runs jobs.
    var runsWorker = false
    let logger: Logger

    func run() async throws {
        DescriptorLimit.raise()
        // Until it is trapped, a reload that comes early must not end the process.
        signal(SIGHUP, SIG_IGN)
        let runtime = try RelayRuntime.make(
            settings: settings,
            redis: endpoint,
            ledger: ledger,
            data: data,
            runsWorker: runsWorker,
            logger: logger,
            onListening: { [data, logger, host = settings.host] port in
                let url = "http://\(host.contains(":") ? "[\(host)]" : host == "0.0.0.0" ? "127.0.0.1" : host):\(port)"
                do {
                    try data.write(.url, url)
                } catch {
                    logger.warning(
                        "Cannot write the address for other commands",
                        metadata: Logger.Metadata([.reason: "\(error)"])
                    )
                }
                StandardStream.output.write("Postback \(PostbackVersion.current) is up at \(url)/")
                FaultPoint.startListening.reached()
            }
        )
        let control = runtime.control
        let running = settings.all
        let handling = SignalHandling(services: runtime.services, logger: logger) { [common, server, made, logger] in
            do {
                let new = try RunSettings(common, server, made: made)
                control.reload(new.routingSnapshot)
                logger.info(
                    "Reloaded the routes",
                    metadata: Logger.Metadata([.count: .stringConvertible(new.all.table.routes.count)])
                )
                let sections = running.sectionsThatNeedARestart(for: new.all)
                if !sections.isEmpty {
                    logger.warning(
                        "Some of what changed takes a restart",
                        metadata: Logger.Metadata([.reason: "\(sections.joined(separator: ", "))"])
                    )
                }
            } catch let failure as CommandFailure {
                for line in failure.lines {
                    logger.error("Reload refused, the old routes stay", metadata: Logger.Metadata([.reason: "\(line)"]))
                }
            } catch {
                logger.error("Reload refused, the old routes stay", metadata: Logger.Metadata([.reason: "\(error)"]))
            }
        }
        do {
            try await handling.run()
        } catch {
            data.remove(.url)
            throw ListenFailure.describe(error, host: settings.host, port: settings.port)
        }
        data.remove(.url)
        logger.info("Stopped")
    }
}
