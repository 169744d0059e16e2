import API
import Deliveries
import JobQueue
import Jobs
import Ledger
import Metrics
import RedisClient
import Relay
import Telemetry

/// Writes the metrics, after bringing those up to date that are levels and not counts.
struct SystemMetrics: MetricsRendering {
    let registry: PrometheusRegistry
    let redis: RedisClient
    let health: RelayHealth
    let ledger: any OperatorLedger
    let control: RelayControl
    let desk: JobDesk
    let relay: RelayMetrics
    let jobs: JobMetrics
    /// The queues that are configured.
    let queues: [QueueName]
    let spool: any SubmissionSpool
    let clock: RelayClock

    func render() async -> String {
        let parts = health.now
        set(.redisConnected, redis.state.isConnected && parts.canUseStream ? 1 : 0)
        var isAvailable = parts.ledgerTroubles.isEmpty
        do {
            let totals = try await ledger.totals()
            let overdue = totals.earliestDueAt.map { clock.now().milliseconds(since: $0) } ?? 0
            set(.pending, Double(totals.pending))
            set(.quarantineSize, Double(totals.quarantined))
            set(.oldestDueAge, Double(max(0, overdue)) / 1000)
        } catch {
            // The levels stay as they were; this one says why.
            isAvailable = false
        }
        set(.ledgerAvailable, isAvailable ? 1 : 0)
        // The spool is in the ledger, and matters most while Redis is away.
        if let spooled = try? await spool.spooledCount() { jobs.spooled(spooled) }
        if let queues = try? await desk.queues(), let workers = try? await desk.workers() {
            jobs.levels(queues, workers: workers, now: clock.now())
        }
        for queue in queues { jobs.announce(queue) }
        relay.announce(RouteTable.callbackPrefix)
        for destination in await control.destinations(withCallbacks: false) {
            relay.announce(destination.name)
            for state in DestinationHealth.allCases {
                Meter(
                    label: MetricName.destinationState.rawValue,
                    dimensions: [("destination", destination.name), ("state", state.rawValue)],
                    factory: registry
                ).set(state == destination.health ? 1 : 0)
            }
        }
        return registry.render()
    }

    private func set(_ name: MetricName, _ value: Double) {
        Meter(label: name.rawValue, dimensions: [], factory: registry).set(value)
    }
}
