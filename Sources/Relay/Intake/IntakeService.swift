import Deliveries
import FaultPoints
package import Ledger
package import Logging
package import RedisClient
import Telemetry

/// Reads events from the stream, makes them durable, and only then acknowledges and deletes them (contract section 3).
///
/// 1. Take up what this process left unacknowledged, then what earlier owners of the same ledger left.
/// 2. Read new entries, a batch at a time; now and then, take over what relays of other ledgers left when they died.
/// 3. For each batch: decide, commit, tell the dispatcher, acknowledge. The commit is tried until it succeeds.
///
/// Any failure of Redis leads back to 1: what was read but not acknowledged is read again, and the ledger absorbs it by id.
package actor IntakeService {
    private let configuration: IntakeConfiguration
    private let consumer: ConsumerName
    private let redis: RedisClient
    private let store: any DeliveryStore
    private let routing: RoutingBoard
    private let clock: RelayClock
    private let health: RelayHealth
    private let metrics: RelayMetrics
    private let logger: Logger
    /// Tells the dispatch loop what is being admitted and what was, before it is acknowledged.
    private let notify: @Sendable (AdmissionNotice) -> Void
    /// Waits until there is room for more of the same.
    private let room: @Sendable ([NewDelivery]) async -> Void

    private var decider: IntakeDecider
    /// Entries asked for in one read: fewer than configured after a page was larger than a reply may be.
    private var pageSize: Int
    /// The consumer in whose name the latest read was made.
    private var readingAs: String
    private var lastClaim: ContinuousClock.Instant?
    private var trouble: String?

    /// Makes the service; ``run()`` does the work.
    package init(
        configuration: IntakeConfiguration,
        consumer: ConsumerName,
        redis: RedisClient,
        store: any DeliveryStore,
        routing: RoutingBoard,
        clock: RelayClock,
        health: RelayHealth,
        metrics: RelayMetrics,
        logger: Logger,
        decider: IntakeDecider,
        notify: @escaping @Sendable (AdmissionNotice) -> Void,
        room: @escaping @Sendable ([NewDelivery]) async -> Void
    ) {
        self.configuration = configuration
        self.consumer = consumer
        self.redis = redis
        self.store = store
        self.routing = routing
        self.clock = clock
        self.health = health
        self.metrics = metrics
        self.logger = logger
        self.decider = decider
        self.notify = notify
        self.room = room
        self.pageSize = configuration.batch
        self.readingAs = consumer.full
    }

    /// Runs until the task is cancelled.
    package func run() async {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                try await redis.withDedicatedConnection { connection in
                    try await self.read(connection, onProgress: { backoff.reset() })
                }
            } catch {
                guard !Task.isCancelled else { return }
                if let error = error as? RedisError, error.code == .replyTooLarge, await readLess() { continue }
                note(trouble: "\(error)")
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    /// Works on one connection until it fails.
    private func read(_ connection: RedisConnection, onProgress: () -> Void) async throws {
        let stream = connection.stream(configuration.stream)
        do {
            try await takeUp(consumer.full, stream)
        } catch let error as RedisError where error.isMissingGroup {
            // Only now: a server that is out of memory refuses to make a group even where there is one, and reading makes room.
            try await makeGroup(stream)
        }
        try await takeUpPredecessors(stream)
        readingAs = consumer.full
        note(trouble: nil)
        while !Task.isCancelled {
            onProgress()
            do {
                try await claimIfDue(stream)
                let entries = try await stream.readGroup(
                    configuration.group,
                    consumer: consumer.full,
                    count: pageSize,
                    block: configuration.block
                )
                try await handle(entries, stream)
            } catch let error as RedisError where error.isMissingGroup {
                // Flushed, failed over or destroyed while we read: made again from the start, so nothing is skipped.
                logger.warning(
                    "The consumer group is gone, making it again",
                    metadata: Logger.Metadata([.stream: "\(configuration.stream)", .group: "\(configuration.group)"])
                )
                try await makeGroup(stream)
            }
        }
    }

    /// Asks for fewer entries after a page was larger than a reply may be. A single entry that is too large is put aside
    /// unread, so that it does not block what is behind it. - Returns: whether the next read can do better.
    private func readLess() async -> Bool {
        guard pageSize == 1 else {
            pageSize = max(1, pageSize / 8)
            return true
        }
        do {
            return try await redis.withDedicatedConnection {
                try await self.quarantineOversized($0.stream(configuration.stream))
            }
        } catch {
            logger.warning(
                "Cannot put an oversized entry aside, trying again",
                metadata: Logger.Metadata([.reason: "\(error)"])
            )
            return false
        }
    }

    /// The entry that cannot be read is the earliest that is pending for the consumer in whose name it was read: those before it
    /// have been acknowledged.
    private func quarantineOversized(_ stream: RedisStream) async throws -> Bool {
        let command = RedisCommand("XPENDING", stream.key, configuration.group, "-", "+", "1", readingAs)
        let pending = try await stream.redis.send(command)
        guard let id = pending.array?.first?.array?.first?.string else { return false }
        let entry = NewQuarantineEntry(
            source: StreamSource(entryID: id, fields: []),
            field: EventRefusal.Field.entry.rawValue,
            reason: "is larger than a reply of Redis may be; its fields were not read",
            receivedAt: clock.now()
        )
        let requests = [AdmissionRequest.quarantine(entry)]
        report(requests, try await commit(requests))
        try await stream.acknowledgeAndDelete([id], group: configuration.group)
        return true
    }

    private func makeGroup(_ stream: RedisStream) async throws {
        if try await stream.createGroup(configuration.group) {
            FaultPoint.intakeGroupMade.reached()
            logger.info(
                "Made the consumer group",
                metadata: Logger.Metadata([.stream: "\(configuration.stream)", .group: "\(configuration.group)"])
            )
        }
    }

    /// Handles what a consumer has read and not acknowledged, reading in its name.
    private func takeUp(_ name: String, _ stream: RedisStream) async throws {
        readingAs = name
        while !Task.isCancelled {
            let entries = try await stream.readGroup(
                configuration.group,
                consumer: name,
                count: pageSize,
                from: .pending(after: "0")
            )
            guard !entries.isEmpty else { return }
            try await handle(entries, stream)
        }
    }

    private func takeUpPredecessors(_ stream: RedisStream) async throws {
        for other in try await stream.consumers(group: configuration.group) where consumer.isPredecessor(other.name) {
            if other.pending > 0 {
                logger.info(
                    "Taking up what an earlier run left",
                    metadata: Logger.Metadata([.consumer: "\(other.name)", .count: .stringConvertible(other.pending)])
                )
                try await takeUp(other.name, stream)
            }
            // Deleting a consumer throws its pending entries away, so only once it has none.
            guard !Task.isCancelled else { return }
            FaultPoint.intakeTookUp.reached()
            _ = try await stream.deleteConsumer(other.name, group: configuration.group)
            FaultPoint.intakeConsumerDeleted.reached()
        }
    }

    /// Takes over, from time to time, what relays of other ledgers left pending.
    private func claimIfDue(_ stream: RedisStream) async throws {
        let now = ContinuousClock.now
        if let lastClaim, now - lastClaim < configuration.claimIdle / 2 { return }
        lastClaim = now
        var start = "0-0"
        repeat {
            let claim = try await stream.claim(
                group: configuration.group,
                consumer: consumer.full,
                minimumIdle: configuration.claimIdle,
                from: start,
                count: pageSize
            )
            if !claim.entries.isEmpty {
                logger.info(
                    "Took over entries of a consumer that is gone",
                    metadata: Logger.Metadata([.count: .stringConvertible(claim.entries.count)])
                )
            }
            try await handle(claim.entries, stream)
            start = claim.next
        } while start != "0-0" && !Task.isCancelled
    }

    /// Makes a batch durable, hands it to the dispatcher, and acknowledges it.
    private func handle(_ entries: [RedisStreamEntry], _ stream: RedisStream) async throws {
        guard !entries.isEmpty else { return }
        FaultPoint.intakeRead.reached()
        let now = clock.now()
        let routes = routing.current.table
        var requests: [AdmissionRequest] = []
        requests.reserveCapacity(entries.count)
        var ignored = 0
        for entry in entries where !entry.isDeleted {
            let fields = entry.fields.map { EventField(name: $0.name, value: $0.value) }
            let source = StreamSource(entryID: entry.id, fields: fields)
            if let request = decider.decide(source, routes: routes, now: now) {
                requests.append(request)
            } else {
                ignored += 1
            }
        }
        FaultPoint.intakeDecided.reached()
        let announced = requests.compactMap(\.delivery?.id)
        notify(.begun(announced))
        let admissions: [Admission]
        do {
            admissions = try await commit(requests)
        } catch {
            notify(.ended(of: announced, admitted: []))
            throw error
        }
        FaultPoint.intakeCommitted.reached()
        report(requests, admissions)
        let deliveries = zip(requests, admissions).compactMap { request, admission -> NewDelivery? in
            admission == .admitted ? request.delivery : nil
        }
        notify(.ended(of: announced, admitted: deliveries))
        FaultPoint.intakeAnnounced.reached()
        // A cancelled task would have its command refused; what is durable is acknowledged all the same.
        let ids = entries.map(\.id)
        let group = configuration.group
        try await Task { _ = try await stream.acknowledgeAndDelete(ids, group: group) }.value
        FaultPoint.intakeAcknowledged.reached()
        metrics.ignored(ignored)
        let wasFull = entries.count >= pageSize
        pageSize = min(pageSize * 2, configuration.batch)
        // More is waiting in the stream, where it costs less than in the ledger.
        if wasFull, !deliveries.isEmpty { await room(deliveries) }
    }

    /// Commits a batch, however long the ledger takes to come back. Nothing is acknowledged meanwhile.
    private func commit(_ requests: [AdmissionRequest]) async throws -> [Admission] {
        guard !requests.isEmpty else { return [] }
        var backoff = Backoff(longest: .seconds(2))
        while true {
            do {
                let start = ContinuousClock.now
                let admissions = try await store.admit(requests)
                metrics.commit(ContinuousClock.now - start)
                health.noteLedger(trouble: nil, logger)
                return admissions
            } catch {
                health.noteLedger(trouble: "\(error)", logger)
                guard error.isRetriable else { throw error }
                try await Task.sleep(for: backoff.next())
            }
        }
    }

    private func report(_ requests: [AdmissionRequest], _ admissions: [Admission]) {
        metrics.admissions(admissions)
        for (request, admission) in zip(requests, admissions) {
            switch (request, admission) {
            case (.quarantine(let entry), _):
                logger.warning(
                    "Quarantined an entry that cannot be used",
                    metadata: Logger.Metadata([
                        .entry: "\(entry.source.entryID)", .field: "\(entry.field)", .reason: "\(entry.reason)",
                    ])
                )
            case (.delivery(let delivery), .conflict):
                logger.warning(
                    "Quarantined an event whose id is taken by one of other content",
                    metadata: Logger.Metadata([.entry: "\(delivery.source.entryID)", .event: "\(delivery.eventID)"])
                )
            case (.delivery(let delivery), .duplicate):
                logger.debug("Absorbed a repeated event", metadata: Logger.Metadata([.event: "\(delivery.eventID)"]))
            default:
                break
            }
        }
    }

    /// One line for each change, not for each try.
    private func note(trouble new: String?) {
        health.set { $0.intakeTrouble = new }
        guard new != trouble else { return }
        if let new {
            logger.warning("Cannot read the stream, trying again", metadata: Logger.Metadata([.reason: "\(new)"]))
        } else {
            logger.info(
                "Reading the stream",
                metadata: Logger.Metadata([.stream: "\(configuration.stream)", .consumer: "\(consumer.full)"])
            )
        }
        trouble = new
    }
}
