package import Deliveries
import FaultPoints
package import HTTPSender
package import Ledger
package import Logging
import Telemetry

/// Feeds the ``Dispatcher`` with what happens and carries out what it decides. All state is confined to this actor, and all
/// decisions are the dispatcher's.
package actor DispatchLoop {
    let store: any DeliveryStore
    let routing: RoutingBoard
    private let recorder: Recorder
    let clock: RelayClock
    let health: RelayHealth
    private let metrics: RelayMetrics
    let logger: Logger
    private let send: @Sendable ([SendRequest]) -> Void
    private let builder: RequestBuilder
    let inbox = Mailbox<DispatchInput>()

    var dispatcher: Dispatcher
    private var cache: PayloadCache
    private var flights: [UInt64: Flight] = [:]
    /// Attempts that were judged and are not yet written down, each with its flight.
    private var settled: [AttemptResult] = []
    private var settledFlights: [Flight?] = []
    var tests: [DeliveryID: CheckedContinuation<AttemptResult?, Never>] = [:]
    private var counters: [String: DestinationCounters] = [:]
    /// Wall clock less the clock that is never set; a jump of it means that the wall clock was set.
    var clockOffset: Int64 = 0
    private var armedAt: Timestamp?
    var roomWaiters: [RoomWaiter] = []
    /// What of the ledger cannot be read at the moment, and why: pages by their destination, and payloads.
    private var unreadable: [String?: Unreadable] = [:]
    /// What came before the ledger was taken up.
    var early: [DispatchInput] = []
    var isDraining = false
    private var isAbandoned = false

    /// So many requests are handed to the sender at a time, so that it is at work on the first while the rest is being signed.
    private static let handful = 16

    /// So many bodies are read from the ledger at a time.
    private static let atOnce = 64

    private struct Unreadable {
        var reason: String
        var at: Timestamp
    }

    /// Someone who waits in ``room(after:)``.
    struct RoomWaiter {
        var destinations: Set<String>
        var until: Timestamp
        var waiter: CheckedContinuation<Void, Never>
    }

    /// How long ``room(after:)`` waits at most, in milliseconds: with full pages of 500, intake still takes in 10,000 events a
    /// second.
    private static let longestPause: Int64 = 50

    /// Makes a loop; ``run()`` does the work.
    ///
    /// - Parameter send: takes requests; their answers come back through ``answered(_:)``.
    package init(
        store: any DeliveryStore,
        routing: RoutingBoard,
        recorder: Recorder,
        clock: RelayClock,
        health: RelayHealth,
        metrics: RelayMetrics,
        logger: Logger,
        limits: DispatchLimits,
        seed: UInt64,
        cacheBytes: Int = 64 << 20,
        userAgent: String,
        send: @escaping @Sendable ([SendRequest]) -> Void
    ) {
        self.store = store
        self.routing = routing
        self.recorder = recorder
        self.clock = clock
        self.health = health
        self.metrics = metrics
        self.logger = logger
        self.send = send
        self.builder = RequestBuilder(userAgent: userAgent)
        self.dispatcher = Dispatcher(limits: limits, seed: seed)
        self.cache = PayloadCache(limit: cacheBytes)
    }

    /// Takes answers from the sender, on any thread.
    package nonisolated func answered(_ results: [SendResult]) {
        inbox.send(.answers(results))
    }

    /// Hears of new deliveries.
    package nonisolated func notify(_ notice: AdmissionNotice) {
        inbox.send(.admission(notice))
    }

    /// Waits until the destinations of these deliveries have room for more, at most ``longestPause``.
    ///
    /// What finds no room is only in the ledger and has to be read again, which costs more than admitting it did. So while there
    /// is a backlog in Redis, intake does not run far ahead of destinations that answer. It is bounded, because a destination that
    /// is slow may not hold up the others.
    package nonisolated func room(after deliveries: [NewDelivery]) async {
        let destinations = Set(deliveries.map(\.destination))
        await withCheckedContinuation { waiter in
            if !inbox.send(.room(destinations, waiter)) { waiter.resume() }
        }
    }

    /// Runs until it was told to drain and nothing is in flight or unrecorded, or the task is cancelled.
    ///
    /// - Returns: whether something was left in flight or unrecorded.
    package func run() async -> Bool {
        guard await takeUpLedger() else {
            giveUpWaiters()
            return false
        }
        await withDiscardingTaskGroup { group in
            let start = beginRound()
            for input in early { take(input, at: start, in: &group) }
            early = []
            turn(at: start, in: &group)
            for await _ in inbox.wakeUps {
                let now = beginRound()
                for input in inbox.takeAll() { take(input, at: now, in: &group) }
                turn(at: now, in: &group)
                writeDown()
                if isAbandoned || isDraining && dispatcher.isQuiet { break }
            }
            group.cancelAll()
        }
        giveUpWaiters()
        return !dispatcher.isQuiet
    }

    // MARK: What happens

    private func take(_ input: DispatchInput, at now: Timestamp, in group: inout DiscardingTaskGroup) {
        switch input {
        case .admission(.offered(let deliveries)):
            offer(deliveries, at: now)
        case .admission(.written(let deliveries)):
            let routes = routing.current
            for delivery in deliveries {
                configureIfNew(delivery.destination, routes)
                dispatcher.written(delivery.id, to: delivery.destination, dueAt: min(delivery.receivedAt, now))
            }
        case .admission(.refused(let deliveries)):
            for delivery in deliveries { dispatcher.cancelled(delivery.id, at: now) }
        case .admission(.awaited):
            recorder.inbox.send(.writeNow)
        case .answers(let results):
            FaultPoint.answerTaken.reached()
            settle(results, at: now)
        case .recorded(let ids):
            dispatcher.recorded(ids)
        case .unrecordable(let ids):
            dispatcher.unrecordable(ids)
        case .dueTimesMoved:
            dispatcher.dueTimesMoved(at: now)
        case .page(let destination, .success(let page)):
            noteReading(of: destination, trouble: nil, at: now)
            dispatcher.loaded(destination, page.deliveries, nextDueAt: page.nextDueAt)
        case .page(let destination, .failure(let error)):
            noteReading(of: destination, trouble: error, at: now)
            logger.warning(
                "Cannot read due deliveries, trying again",
                metadata: Logger.Metadata([.destination: "\(destination)", .reason: "\(error)"])
            )
            dispatcher.loadFailed(destination, retryAt: now.advanced(byMilliseconds: 1000))
        case .payloads(let orders, .success(let payloads)):
            noteReading(of: nil, trouble: nil, at: now)
            start(orders, payloads)
        case .payloads(let orders, .failure(let error)) where orders.count > 1 && error.code == .damagedRow:
            // One of them cannot be read. It holds up none of the others.
            for order in orders { read([order], in: &group) }
        case .payloads(let orders, .failure(let error)) where error.code == .damagedRow:
            logger.error(
                "A delivery cannot be read; it waits until the next start or a replay",
                metadata: Logger.Metadata([
                    .delivery: orders.first.map { "\($0.id)" }, .destination: orders.first.map { "\($0.destination)" },
                    .reason: "\(error)",
                ])
            )
            dispatcher.unreadable(orders.map(\.id))
        case .payloads(let orders, .failure(let error)):
            noteReading(of: nil, trouble: error, at: now)
            logger.warning(
                "Cannot read payloads, trying again",
                metadata: Logger.Metadata([.count: .stringConvertible(orders.count), .reason: "\(error)"])
            )
            dispatcher.postponed(orders.map(\.id), retryAt: now.advanced(byMilliseconds: 1000))
        case .replayed(let delivery, let destination):
            configureIfNew(destination, routing.current)
            dispatcher.replayed(delivery.id, to: destination, dueAt: min(delivery.dueAt, now))
        case .cancelled(let id, let waiter):
            waiter?.resume(returning: dispatcher.isUnderWay(id))
            dispatcher.cancelled(id, at: now)
        case .pause(let destination, let by):
            configureIfNew(destination, routing.current)
            dispatcher.pause(destination, at: now, reason: "paused by \(by)")
        case .resume(let destination):
            dispatcher.resume(destination, at: now)
        case .test(let delivery, let requestedBy, let waiter):
            beginTest(delivery, requestedBy, waiter, in: &group)
        case .testAdmitted(let order, let delivery, let error):
            continueTest(order, delivery, error)
        case .room(let destinations, let waiter):
            let until = now.advanced(byMilliseconds: Self.longestPause)
            roomWaiters.append(RoomWaiter(destinations: destinations, until: until, waiter: waiter))
        case .snapshots(let withCallbacks, let waiter):
            waiter.resume(returning: dispatcher.snapshots(withCallbacks: withCallbacks))
        case .reload:
            applyRoutes()
        case .wake(let time):
            if armedAt == time { armedAt = nil }
        case .takeUpAgain:
            break
        case .drain:
            isDraining = true
            dispatcher.drain()
        case .abandon:
            isAbandoned = true
        }
    }

    /// Lets the dispatcher have deliveries that are not in the ledger, and the recorder write them. Their bodies have to be at hand: nobody
    /// else has them.
    ///
    /// The recorder hears of them from here alone, so that no result is before its delivery there, and no page brings a delivery in
    /// that is yet to be offered.
    private func offer(_ deliveries: [NewDelivery], at now: Timestamp) {
        let routes = routing.current
        var sent: [NewDelivery] = []
        var notSent: [NewDelivery] = []
        sent.reserveCapacity(deliveries.count)
        for var delivery in deliveries {
            configureIfNew(delivery.destination, routes)
            // The clock may have been set back since it was received, and the due times in the ledger moved.
            delivery.receivedAt = min(delivery.receivedAt, now)
            let due = DueDelivery(id: delivery.id, dueAt: delivery.receivedAt, progress: .fresh)
            let payload = delivery.payload
            if cache.hasRoom(for: payload), dispatcher.offer(due, to: delivery.destination) {
                cache.insert(payload)
                sent.append(delivery)
            } else {
                notSent.append(delivery)
            }
        }
        recorder.inbox.send(.deliveries(sent: sent, notSent: notSent))
    }

    func configureIfNew(_ destination: String, _ routes: RoutingSnapshot) {
        guard !dispatcher.knows(destination) else { return }
        dispatcher.configure(destination, routes.policy(of: destination))
    }

    private func applyRoutes() {
        let routes = routing.current
        let known = dispatcher.snapshots()
        for name in Set(routes.destinationNames).union(known.map(\.name)) {
            dispatcher.configure(name, routes.policy(of: name))
        }
        for destination in known where destination.isConfigured && routes.policy(of: destination.name) == nil {
            logger.warning(
                "A destination is in no route any more; what waits for it goes on waiting",
                metadata: Logger.Metadata([.destination: "\(destination.name)"])
            )
        }
    }

    private func settle(_ results: [SendResult], at now: Timestamp) {
        var finished: [FinishedAttempt] = []
        var landed: [DeliveryID: Flight] = [:]
        finished.reserveCapacity(results.count)
        for result in results {
            guard let flight = flights.removeValue(forKey: result.token) else { continue }
            landed[flight.order.id] = flight
            finished.append(
                FinishedAttempt(
                    id: flight.order.id,
                    startedAt: flight.startedAt,
                    url: flight.url,
                    answer: result.answer
                )
            )
        }
        for result in dispatcher.finished(finished, at: now) {
            if !tests.isEmpty { tests.removeValue(forKey: result.attempt.delivery)?.resume(returning: result) }
            settled.append(result)
            settledFlights.append(landed[result.attempt.delivery])
        }
    }

    /// Hands settled attempts to the recorder, counts them, and writes their lines: after the slots that they left were filled
    /// again, because the sender would have to wait for it otherwise.
    private func writeDown() {
        guard !settled.isEmpty else { return }
        let results = settled
        let flights = settledFlights
        settled = []
        settledFlights = []
        recorder.inbox.send(.results(results))
        var lines = LogBatch(logger)
        for (result, flight) in zip(results, flights) {
            guard let flight else { continue }
            count(result, flight)
            AttemptLog.add(result, flight, to: &lines)
        }
        lines.write()
        FaultPoint.answerJudged.reached()
    }

    private func count(_ result: AttemptResult, _ flight: Flight) {
        let label = RelayMetrics.label(of: flight.order.destination)
        let counted = counters[label] ?? metrics.counters(of: label)
        counters[label] = counted
        counted.count(result)
        metrics.exchange(milliseconds: result.attempt.answer.times.total)
        if result.attempt.number == 1 {
            metrics.firstAttempt(after: result.attempt.startedAt.milliseconds(since: flight.publishedAt))
        }
    }

    /// Notes whether a page of a destination, or payloads, could be read.
    ///
    /// What could not be read is not asked for again when its destination has stopped meanwhile: after half a minute without news of it, it
    /// is no trouble any more.
    private func noteReading(of destination: String?, trouble: LedgerError?, at now: Timestamp) {
        if trouble == nil && unreadable.isEmpty { return }
        unreadable[destination] = trouble.map { Unreadable(reason: "\($0)", at: now) }
        tellTrouble(at: now)
    }

    private func tellTrouble(at now: Timestamp) {
        unreadable = unreadable.filter { now.milliseconds(since: $0.value.at) < 30_000 }
        health.noteReading(\.dueTrouble, trouble: unreadable.values.map(\.reason).min(), logger)
    }

    // MARK: What is done

    private func turn(at now: Timestamp, in group: inout DiscardingTaskGroup) {
        let actions = dispatcher.next(at: now)
        var missing: [SendOrder] = []
        var requests: [SendRequest] = []
        let routes = routing.current
        if !actions.sends.isEmpty { FaultPoint.dispatchOrdered.reached() }
        for order in actions.sends {
            if let payload = cache.take(order.id) {
                launch(order, payload, routes, into: &requests)
                if requests.count == Self.handful { handOver(&requests) }
            } else {
                missing.append(order)
            }
        }
        handOver(&requests)
        if !missing.isEmpty { read(missing, in: &group) }
        for load in actions.loads {
            group.addTask { [store, inbox] in
                let result = await Result.of { () async throws(LedgerError) in
                    try await store.due(at: load.destination, by: load.dueBy, limit: load.limit, stuck: load.stuck)
                }
                inbox.send(.page(destination: load.destination, result))
            }
        }
        for change in actions.changes { note(change) }
        if cache.isCrowded { cache.keep { dispatcher.isQueued($0) } }
        metrics.levels(inFlight: dispatcher.inFlight, held: dispatcher.heldCount, unrecorded: dispatcher.unrecorded)
        if !unreadable.isEmpty { tellTrouble(at: now) }
        answerRoomWaiters()
        armTimer(in: &group)
    }

    /// Reads from the ledger what is to be sent, some at a time: bodies may be large, and those that were read wait for nobody.
    private func read(_ orders: [SendOrder], in group: inout DiscardingTaskGroup) {
        group.addTask { [store, inbox] in
            for start in stride(from: 0, to: orders.count, by: Self.atOnce) {
                let some = Array(orders[start..<min(start + Self.atOnce, orders.count)])
                let result = await Result.of { () async throws(LedgerError) in
                    try await store.payloads(of: some.map(\.id))
                }
                inbox.send(.payloads(some, result))
            }
        }
    }

    private func answerRoomWaiters() {
        guard !roomWaiters.isEmpty else { return }
        let now = clock.now()
        roomWaiters.removeAll { room in
            guard room.until <= now || dispatcher.hasRoom(at: room.destinations, now: now) else { return false }
            room.waiter.resume()
            return true
        }
    }

    /// Sends attempts whose payloads were read. What the ledger no longer has pending was cancelled or has ended.
    func start(_ orders: [SendOrder], _ payloads: [DeliveryPayload]) {
        FaultPoint.dispatchPayloadsRead.reached()
        let found = Dictionary(payloads.map { ($0.id, $0) }) { first, _ in first }
        let routes = routing.current
        var requests: [SendRequest] = []
        var vanished: [DeliveryID] = []
        for order in orders {
            if let payload = found[order.id] {
                launch(order, payload, routes, into: &requests)
            } else {
                vanished.append(order.id)
            }
        }
        dispatcher.vanished(vanished)
        handOver(&requests)
    }

    private func handOver(_ requests: inout [SendRequest]) {
        guard !requests.isEmpty else { return }
        FaultPoint.dispatchSigned.reached()
        send(requests)
        requests = []
        FaultPoint.senderHanded.reached()
    }

    private func launch(
        _ order: SendOrder,
        _ payload: DeliveryPayload,
        _ routes: RoutingSnapshot,
        into requests: inout [SendRequest]
    ) {
        let now = clock.now()
        do {
            guard let request = try builder.request(for: order, payload, routes, at: now) else {
                // Its route was taken away between the decision and now; the dispatcher is about to hear of it.
                dispatcher.postponed([order.id], retryAt: now.advanced(byMilliseconds: 1000))
                tests.removeValue(forKey: order.id)?.resume(returning: nil)
                inbox.send(.wake(now))
                return
            }
            flights[request.token] = Flight(order, payload, url: request.url.text, startedAt: now)
            requests.append(request)
        } catch {
            // Intake takes no such URL: it was written by a version that did. The record says why nothing goes there.
            flights[RequestBuilder.token(of: order)] = Flight(order, payload, url: payload.url, startedAt: now)
            let refusal = Answer(
                failure: .blocked,
                errorText: "the URL cannot be called: \(error)",
                requestWasSent: false,
                times: PhaseTimes(total: 0)
            )
            inbox.send(.answers([SendResult(token: RequestBuilder.token(of: order), answer: refusal)]))
        }
    }

    private func note(_ change: DestinationRecord) {
        recorder.inbox.send(.destination(change))
        let isTrouble = change.health == .suspended || change.health == .gone
        logger.log(
            level: isTrouble ? .warning : .info,
            "Destination changed its state",
            metadata: Logger.Metadata([
                .destination: "\(change.name)",
                .state: "\(change.health.rawValue)",
                .reason: change.reason.map { "\($0)" },
            ])
        )
    }

    /// Reads the time of a round, once and before anything is decided in it: a time that was reckoned with the new clock must
    /// not be moved with those of the old one.
    private func beginRound() -> Timestamp {
        let now = clock.now()
        let offset = now.milliseconds - clock.monotonicMilliseconds()
        let change = offset - clockOffset
        guard abs(change) > 500 else { return now }
        clockOffset = offset
        armedAt = nil
        logger.warning(
            "The clock was set",
            metadata: Logger.Metadata([.durationMilliseconds: .stringConvertible(change)])
        )
        if dispatcher.clockWasSet(byMilliseconds: change) {
            recorder.inbox.send(.clockWasSet(backBy: -change, at: now))
        }
        for index in roomWaiters.indices { roomWaiters[index].until = now }
        return now
    }

    /// One timer, for the earliest time at which something is to be done; an earlier one replaces it, a later one waits its
    /// turn. It wakes at least every half minute, to notice that the clock was set.
    private func armTimer(in group: inout DiscardingTaskGroup) {
        let now = clock.now()
        var time = min(dispatcher.wakeAt ?? .distantFuture, now.advanced(byMilliseconds: 30_000))
        for room in roomWaiters { time = min(time, room.until) }
        if let armedAt, armedAt <= time { return }
        armedAt = time
        let pause = max(1, time.milliseconds(since: now))
        group.addTask { [inbox] in
            guard (try? await Task.sleep(for: .milliseconds(pause))) != nil else { return }
            inbox.send(.wake(time))
        }
    }
}

extension Result where Failure == LedgerError {
    /// The outcome of an asynchronous call as a value.
    static func of(_ body: () async throws(LedgerError) -> Success) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}

extension NewDelivery {
    /// What is sent for it.
    var payload: DeliveryPayload {
        DeliveryPayload(
            id: id,
            eventID: eventID,
            type: type,
            body: body,
            traceparent: traceparent,
            destination: destination,
            url: url,
            publishedAt: publishedAt
        )
    }
}
