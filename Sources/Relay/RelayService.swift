import Deliveries
import FaultPoints
package import HTTPSender
import Ledger
package import Logging
import ServiceLifecycle
import Telemetry

/// The relay: intake, dispatch loop, recorder and retention under one service (docs/how-it-works.md, part 2).
///
/// Stopping, in order: intake stops, attempts in flight get the grace, results are recorded, entries acknowledged. What is left after
/// that stays in the ledger or in Redis and is made again by the next run, under the same id.
package struct RelayService: Service {
    private let intake: IntakeService
    private let loop: DispatchLoop
    private let recorder: Recorder
    private let acknowledger: Acknowledger
    private let hand: EntriesInHand
    private let retention: RetentionService
    private let sender: HTTPSender
    private let health: RelayHealth
    private let grace: Duration
    private let recordingGrace: Duration
    private let logger: Logger

    /// How long Redis may take for the last acknowledgements.
    private static let acknowledgingGrace = Duration.seconds(2)

    /// Composes the relay of its parts.
    ///
    /// - Parameters:
    ///   - grace: how long attempts in flight may take when the relay is told to stop.
    ///   - recordingGrace: how long recording may take after that, when the ledger is slow.
    package init(
        intake: IntakeService,
        loop: DispatchLoop,
        recorder: Recorder,
        acknowledger: Acknowledger,
        hand: EntriesInHand,
        retention: RetentionService,
        sender: HTTPSender,
        health: RelayHealth,
        grace: Duration,
        recordingGrace: Duration = .seconds(5),
        logger: Logger
    ) {
        self.intake = intake
        self.loop = loop
        self.recorder = recorder
        self.acknowledger = acknowledger
        self.hand = hand
        self.retention = retention
        self.sender = sender
        self.health = health
        self.grace = grace
        self.recordingGrace = recordingGrace
        self.logger = logger
    }

    package func run() async throws {
        health.set { $0.isRunning = true }
        await withTaskGroup { acknowledging in
            acknowledging.addTask { await acknowledger.run() }
            await withTaskGroup { recording in
                recording.addTask { await recorder.run(telling: news) }
                let wasAbandoned = await dispatch()
                // Nothing more comes: the recorder ends with what it has.
                recorder.inbox.close()
                await recording.waitForOne(atMost: wasAbandoned ? .zero : recordingGrace)
            }
            acknowledger.inbox.close()
            await acknowledging.waitForOne(atMost: Self.acknowledgingGrace)
        }
        FaultPoint.stopDrained.reached()
        await sender.stop()
        health.set { $0.isRunning = false }
    }

    private var news: Recorder.News {
        Recorder.News(
            recorded: { [loop] in loop.inbox.send(.recorded($0)) },
            unrecordable: { [loop] in loop.inbox.send(.unrecordable($0)) },
            written: { [loop, hand, acknowledger] deliveries, admissions in
                hand.settle(events: deliveries.map(\.eventID))
                acknowledger.inbox.send(.entries(deliveries.map(\.source.entryID)))
                // Nobody else brings an event of their ids into the ledger meanwhile; if it happened all the same, the ledger is right.
                let conflicts = zip(deliveries, admissions).compactMap { $1 == .conflict ? $0 : nil }
                if !conflicts.isEmpty { loop.notify(.refused(conflicts)) }
            },
            pending: { [loop] in loop.notify(.written($0)) },
            refused: { [hand] deliveries in
                hand.settle(events: deliveries.map(\.eventID))
                hand.giveUp(entries: deliveries.map(\.source.entryID))
            },
            dueTimesMoved: { [loop] in loop.inbox.send(.dueTimesMoved) }
        )
    }

    /// Runs everything that feeds the recorder. - Returns: whether results were left unrecorded.
    private func dispatch() async -> Bool {
        await withTaskGroup { group in
            group.addTask { await cancelWhenGracefulShutdown { await retention.run() } }
            group.addTask {
                await cancelWhenGracefulShutdown { await intake.run() }
                health.set { $0.isRunning = false }
                FaultPoint.stopIntakeEnded.reached()
                await stopSending()
            }
            let wasAbandoned = await loop.run()
            group.cancelAll()
            return wasAbandoned
        }
    }

    private func stopSending() async {
        logger.info(
            "Stopping: attempts in flight get their grace",
            metadata: Logger.Metadata([.durationMilliseconds: .stringConvertible(grace.wholeMilliseconds)])
        )
        loop.inbox.send(.drain)
        guard (try? await Task.sleep(for: grace)) != nil else { return }
        logger.warning("The grace is over, ending what is in flight")
        await sender.stop()
        guard (try? await Task.sleep(for: recordingGrace)) != nil else { return }
        logger.error("Results could not be recorded in time; their attempts will be made again")
        loop.inbox.send(.abandon)
    }
}

extension TaskGroup<Void> {
    /// Waits for the only task of the group to end, and cancels it when it takes too long.
    fileprivate mutating func waitForOne(atMost limit: Duration) async {
        addTask { try? await Task.sleep(for: limit) }
        await next()
        cancelAll()
    }
}
