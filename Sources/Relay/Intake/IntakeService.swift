import Deliveries
import FaultPoints
package import Ledger
package import Logging
package import RedisClient
import Telemetry

/// Reads events from the stream and decides what becomes of them (contract section 3).
///
/// 1. Take up what this process left unacknowledged, then what earlier owners of the same ledger left.
/// 2. Read new entries, a batch at a time; now and then, take over what relays of other ledgers left when they died.
/// 3. What the ledger does not know is offered to the dispatch loop at once: it may be sent before it is written, and is written
///    together with its result if that comes soon. Everything else is committed here first.
///
/// An entry is acknowledged once the ledger has it, by the ``Acknowledger``. Any failure of Redis leads back to 1: what was read but not
/// acknowledged is read again, unless it is still in hand, and the ledger absorbs it by id.
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
    private let hand: EntriesInHand
    private let acknowledger: Acknowledger
    /// Tells the dispatch loop of new deliveries.
    private let notify: @Sendable (AdmissionNotice) -> Void
    /// Waits until there is room for more of the same.
    private let room: @Sendable ([NewDelivery]) async -> Void

    private var decider: IntakeDecider
    /// Entries asked for in one read: fewer than configured after a page was larger than a reply may be.
    private var pageSize: Int
    /// The consumer in whose name the latest read was made.
    private var readingAs: String
    /// The last pending entry that was read; `nil` while new ones are read.
    private var lastPending: String?
    private var lastClaim: ContinuousClock.Instant?
    /// Whether this process has seen the ledger take a write. Before that nothing is sent ahead of one: a process that cannot write
    /// and is started again and again would send the same events each time.
    private var hasWritten = false
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
        hand: EntriesInHand,
        acknowledger: Acknowledger,
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
        self.hand = hand
        self.acknowledger = acknowledger
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
                let code = (error as? RedisError)?.code
                if code == .replyTooLarge, await readLess() { continue }
                note(trouble: "\(error)")
                if code == .timedOut {
                    // It may have been a page that the connection could not carry in time, and would be asked for again and again.
                    pageSize = max(1, pageSize / 8)
                }
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    /// Works on one connection until it fails.
    private func read(_ connection: RedisConnection, onProgress: () -> Void) async throws {
        let stream = connection.stream(configuration.stream)
        acknowledger.inbox.send(.reconnected)
        do {
            try await takeUp(consumer.full, stream)
        } catch let error as RedisError where error.isMissingGroup {
            // Only now: a server that is out of memory refuses to make a group even where there is one, and reading makes room.
            try await makeGroup(stream)
        }
        try await takeUpPredecessors(stream)
        readingAs = consumer.full
        lastPending = nil
        note(trouble: nil)
        while !Task.isCancelled {
            onProgress()
            do {
                try await claimIfDue(stream)
                await hand.wait(for: .room)
                let entries = try await stream.readGroup(
                    configuration.group,
                    consumer: consumer.full,
                    count: pageSize,
                    block: configuration.block
                )
                try await handle(entries)
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

    /// The entry that cannot be read is the next that is pending for the consumer in whose name it was read. One that is new is among
    /// them by now, and is met when they are read again.
    private func quarantineOversized(_ stream: RedisStream) async throws -> Bool {
        guard let lastPending else { return true }
        let command = RedisCommand("XPENDING", stream.key, configuration.group, "(\(lastPending)", "+", "1", readingAs)
        let pending = try await stream.redis.send(command)
        guard let id = pending.array?.first?.array?.first?.string else { return false }
        let entry = NewQuarantineEntry(
            source: StreamSource(entryID: id, fields: []),
            field: EventRefusal.Field.entry.rawValue,
            reason: "is larger than a reply of Redis may be; its fields were not read",
            receivedAt: clock.now()
        )
        _ = try await admit([.quarantine(entry)])
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
        var last = "0-0"
        while !Task.isCancelled {
            lastPending = last
            await hand.wait(for: .room)
            let entries = try await stream.readGroup(
                configuration.group,
                consumer: name,
                count: pageSize,
                from: .pending(after: last)
            )
            guard let end = entries.last else { return }
            try await handle(entries)
            last = end.id
        }
    }

    private func takeUpPredecessors(_ stream: RedisStream) async throws {
        for other in try await stream.consumers(group: configuration.group) where consumer.isPredecessor(other.name) {
            if other.pending > 0 {
                logger.info(
                    "Taking up what an earlier run left",
                    metadata: Logger.Metadata([.consumer: "\(other.name)", .count: .stringConvertible(other.pending)])
                )
            }
            // Also one that had none: its last read may have been answered since, for nobody.
            try await takeUp(other.name, stream)
            // Deleting a consumer throws its pending entries away, so only once it has none.
            await hand.wait(for: .allAcknowledged)
            guard !Task.isCancelled else { return }
            if hand.hasGivenUp { continue }
            FaultPoint.intakeTookUp.reached()
            let discarded = try await stream.deleteConsumer(other.name, group: configuration.group)
            if discarded > 0 {
                logger.error(
                    "Entries were given to a relay that is gone while it was taken off the list; they stay in the stream unread",
                    metadata: Logger.Metadata([
                        .consumer: "\(other.name)", .count: .stringConvertible(discarded),
                        .stream: "\(configuration.stream)",
                    ])
                )
            }
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
            await hand.wait(for: .room)
            let claim = try await stream.claim(
                group: configuration.group,
                consumer: consumer.full,
                minimumIdle: configuration.claimIdle,
                from: start,
                count: pageSize
            )
            let foreign = claim.entries.count { !hand.holds($0) }
            if foreign > 0 {
                logger.info(
                    "Took over entries of a consumer that is gone",
                    metadata: Logger.Metadata([.count: .stringConvertible(foreign)])
                )
            }
            try await handle(claim.entries)
            start = claim.next
        } while start != "0-0" && !Task.isCancelled
    }

    /// Decides what becomes of a batch and hands it on.
    private func handle(_ read: [RedisStreamEntry]) async throws {
        let entries = read.filter { !hand.holds($0) }
        guard !entries.isEmpty else { return }
        FaultPoint.intakeRead.reached()
        let deliveries = try await handOn(entries)
        let wasFull = read.count >= pageSize
        pageSize = min(pageSize * 2, configuration.batch)
        // More is waiting in the stream, where it costs less than in the ledger.
        if wasFull, !deliveries.isEmpty { await room(deliveries) }
    }

    /// - Returns: the new deliveries among them.
    private func handOn(_ entries: [RedisStreamEntry]) async throws -> [NewDelivery] {
        let now = clock.now()
        let routes = routing.current.table
        var deliveries: [NewDelivery] = []
        var others: [AdmissionRequest] = []
        deliveries.reserveCapacity(entries.count)
        var ignored = 0
        for entry in entries where !entry.isDeleted {
            let fields = entry.fields.map { EventField(name: $0.name, value: $0.value) }
            let source = StreamSource(entryID: entry.id, fields: fields)
            switch decider.decide(source, routes: routes, now: now) {
            case .delivery(let delivery): deliveries.append(delivery)
            case let quarantine?: others.append(quarantine)
            case nil: ignored += 1
            }
        }
        noteDeleted(entries)
        FaultPoint.intakeDecided.reached()
        let fresh = try await partition(&deliveries, now: now)
        metrics.ignored(ignored)
        others += deliveries.map { .delivery($0) }
        hand.take(entries: entries)
        let offered = Set(fresh.map(\.source.entryID))
        let rest = entries.map(\.id).filter { !offered.contains($0) }
        if !fresh.isEmpty {
            notify(.offered(fresh))
            FaultPoint.intakeOffered.reached()
        }
        do {
            let written = try await writeFirst(others)
            let done = rest.filter { !written.givenUp.contains($0) }
            if !done.isEmpty { acknowledger.inbox.send(.entries(done)) }
            return fresh + written.admitted
        } catch {
            hand.drop(entries: rest)
            throw error
        }
    }

    /// Somebody who deletes entries, or trims the stream, may have done so before they were read. After a crash they may be this relay's
    /// own: it deletes before it acknowledges.
    private func noteDeleted(_ entries: [RedisStreamEntry]) {
        let deleted = entries.filter(\.isDeleted)
        guard let first = deleted.first else { return }
        logger.warning(
            "Entries were deleted before they were acknowledged; what was not in the ledger by then is lost",
            metadata: Logger.Metadata([.count: .stringConvertible(deleted.count), .entry: "\(first.id)"])
        )
    }

    /// Tells deliveries that may be sent at once from those that have to be written first: because the ledger knows their event, or
    /// may do so by the time they are written, or because it takes no writes.
    ///
    /// - Returns: those that may be sent, whose way into the ledger has begun; the others stay in `deliveries`.
    private func partition(_ deliveries: inout [NewDelivery], now: Timestamp) async throws -> [NewDelivery] {
        guard !deliveries.isEmpty else { return [] }
        // Before the ledger is asked: nobody else brings an event into it between its answer and the sending.
        var begun = hand.begin(events: deliveries.lazy.map(\.eventID))
        defer { if !begun.isEmpty { hand.settle(events: begun) } }
        let reused = hand.inHand(among: deliveries.map(\.source.entryID))
        let known = try await untilLedgerAnswers(
            { () async throws(LedgerError) in try await store.known(deliveries) },
            onTrouble: { health.noteReading(\.lookUpTrouble, trouble: "\($0)", logger) }
        )
        health.noteReading(\.lookUpTrouble, trouble: nil, logger)
        // The ids of entries that Redis had before it was wiped stand for other deliveries.
        for index in deliveries.indices where known[index].delivery || reused.contains(deliveries[index].source.entryID)
        {
            deliveries[index].id = decider.nextID(at: now)
        }
        guard hasWritten, health.now.ledgerTrouble == nil else { return [] }
        var fresh: [NewDelivery] = []
        var others: [NewDelivery] = []
        fresh.reserveCapacity(deliveries.count)
        for (delivery, known) in zip(deliveries, known) {
            if !known.event, begun.remove(delivery.eventID) != nil {
                fresh.append(delivery)
            } else {
                others.append(delivery)
            }
        }
        deliveries = others
        return fresh
    }

    /// Commits what is not sent before it is written.
    ///
    /// - Returns: the deliveries that were new, and the entries that were given up.
    private func writeFirst(
        _ requests: [AdmissionRequest]
    ) async throws -> (admitted: [NewDelivery], givenUp: Set<String>) {
        guard !requests.isEmpty else { return ([], []) }
        let underWay = hand.unwritten(among: requests.compactMap(\.delivery?.eventID))
        if !underWay.isEmpty {
            // Which of two is new, and whether they are the same, is the ledger's to say: by the one that was sent.
            notify(.awaited)
            await hand.wait(for: .settled(underWay))
            try Task.checkCancellation()
        }
        let admissions = try await commit(requests[...])
        FaultPoint.intakeCommitted.reached()
        var admitted: [NewDelivery] = []
        var givenUp: Set<String> = []
        for (request, admission) in zip(requests, admissions) {
            switch admission {
            case .admitted: if let delivery = request.delivery { admitted.append(delivery) }
            case nil: givenUp.insert(request.source.entryID)
            default: break
            }
        }
        hand.giveUp(entries: givenUp)
        if !admitted.isEmpty { notify(.written(admitted)) }
        FaultPoint.intakeAnnounced.reached()
        return (admitted, givenUp)
    }

    /// Commits a batch of at least one. What the ledger refuses for good is found by halves, in their order, and put aside, so that it
    /// holds up nothing that came with it.
    ///
    /// - Returns: what was done with each; `nil`: the ledger takes it neither as a delivery nor into the quarantine.
    private func commit(_ requests: ArraySlice<AdmissionRequest>) async throws -> [Admission?] {
        do {
            return try await admit(Array(requests))
        } catch let refusal as LedgerError {
            if requests.count == 1, let request = requests.first { return [try await putAside(request, refusal)] }
            let middle = requests.startIndex + requests.count / 2
            let first = try await commit(requests[..<middle])
            return try await first + commit(requests[middle...])
        }
    }

    /// Quarantines a delivery that the ledger refuses for good, so that it can be seen, and tried again once the cause is mended.
    private func putAside(_ request: AdmissionRequest, _ refusal: LedgerError) async throws -> Admission? {
        guard let delivery = request.delivery else {
            logger.error(
                "What cannot be recorded stays as it is until the next start",
                metadata: Logger.Metadata([.entry: "\(request.source.entryID)", .reason: "\(refusal)"])
            )
            return nil
        }
        logger.error(
            "The ledger refuses an event for good",
            metadata: Logger.Metadata([
                .entry: "\(delivery.source.entryID)", .event: "\(delivery.eventID)", .reason: "\(refusal)",
            ])
        )
        let entry = NewQuarantineEntry(
            source: delivery.source,
            field: "ledger",
            reason: "its delivery cannot be written: \(refusal)",
            receivedAt: delivery.receivedAt
        )
        return try await commit([.quarantine(entry)]).first ?? nil
    }

    /// Admits a batch, however long the ledger takes to come back. Nothing is acknowledged meanwhile.
    private func admit(_ requests: [AdmissionRequest]) async throws -> [Admission] {
        let admissions = try await untilLedgerAnswers(
            { () async throws(LedgerError) in
                let start = ContinuousClock.now
                let admissions = try await store.admit(requests.map { $0.received(by: clock.now()) })
                metrics.commit(ContinuousClock.now - start)
                return admissions
            },
            onTrouble: { health.noteLedger(trouble: "\($0)", logger) }
        )
        hasWritten = true
        health.noteLedger(trouble: nil, logger)
        metrics.admissions(admissions)
        AdmissionLog.write(requests, admissions, to: logger)
        return admissions
    }

    /// - Throws: what the ledger refuses for good.
    private func untilLedgerAnswers<Value>(
        _ call: () async throws(LedgerError) -> Value,
        onTrouble: (LedgerError) -> Void
    ) async throws -> Value {
        var backoff = Backoff(longest: .seconds(2))
        while true {
            do {
                return try await call()
            } catch {
                guard error.isRetriable else { throw error }
                onTrouble(error)
                try await Task.sleep(for: backoff.next())
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
