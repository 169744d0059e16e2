/// The named steps at which a crash test may stop the process: from reading an entry to acknowledging it, from sending to
/// recording, and at the start, the stop and the wishes of operators.
///
/// A debug build stops where `POSTBACK_FAULT_POINT` says. A release build cannot: there ``reached()`` is empty and what
/// stops is not compiled (the condition `FAULT_POINTS`, which the manifest sets for debug builds alone).
package enum FaultPoint: String, CaseIterable, Sendable {
    // MARK: Intake

    /// Entries were read and are pending in Redis; nothing is decided.
    case intakeRead = "intake.read"
    /// It is decided what becomes of them; nothing is written.
    case intakeDecided = "intake.decided"
    /// The dispatcher and the recorder have new deliveries; nothing is written.
    case intakeOffered = "intake.offered"
    /// Every row of what is written first is written, the transaction is not committed.
    case intakeCommitting = "intake.committing"
    /// What is written first is durable, and the dispatcher does not know.
    case intakeCommitted = "intake.committed"
    /// The dispatcher knows, and Redis does not.
    case intakeAnnounced = "intake.announced"
    /// Gone from Redis.
    case intakeAcknowledged = "intake.acknowledged"
    /// What an earlier run left was handled; its consumer is still there.
    case intakeTookUp = "intake.took-up"
    /// The earlier run's consumer is deleted.
    case intakeConsumerDeleted = "intake.consumer-deleted"
    /// The consumer group was made, nothing is read.
    case intakeGroupMade = "intake.group-made"

    // MARK: Sending

    /// Attempts are ordered; no request is made.
    case dispatchOrdered = "dispatch.ordered"
    /// Bodies that were not in memory were read from the ledger.
    case dispatchPayloadsRead = "dispatch.payloads-read"
    /// Requests are made and signed, and not handed to the sender.
    case dispatchSigned = "dispatch.signed"
    /// The sender has them.
    case senderHanded = "sender.handed"
    /// The sender's thread took them, and has not begun.
    case senderTaken = "sender.taken"
    /// A socket is about to be opened.
    case senderConnecting = "sender.connecting"
    /// The connection stands; nothing of the request is written.
    case senderConnected = "sender.connected"
    /// The first line of the answer is there.
    case answerBegun = "answer.begun"
    /// The answer is whole, on the sender's thread.
    case answerReceived = "answer.received"
    /// The dispatch loop has it; it is not judged.
    case answerTaken = "answer.taken"
    /// It is judged, and the recorder was told.
    case answerJudged = "answer.judged"

    // MARK: Recording

    /// The recorder has taken deliveries or results; nothing is written.
    case recorderTaken = "recorder.taken"
    /// Every row is written, the transaction is not committed.
    case recorderCommitting = "recorder.committing"
    /// Durable, and the dispatcher does not know.
    case recorderCommitted = "recorder.committed"
    /// The dispatcher has let go of the deliveries.
    case recorderAnnounced = "recorder.announced"
    /// A destination's new state is about to be saved.
    case recorderStateTaken = "recorder.state-taken"
    /// A destination's new state is durable.
    case recorderStateSaved = "recorder.state-saved"

    // MARK: Wishes

    /// A replay is durable; the dispatcher does not know, nobody was answered.
    case replayCommitted = "replay.committed"
    /// A cancellation is durable; the dispatcher does not know, nobody was answered.
    case cancelCommitted = "cancel.committed"
    /// A redriven entry is a delivery; the dispatcher does not know, nobody was answered.
    case redriveCommitted = "redrive.committed"
    /// A test is durable and not sent.
    case testAdmitted = "test.admitted"

    // MARK: Start and stop

    /// The ledger's lock is held, its file may be empty.
    case startOwned = "start.owned"
    /// The first schema is written, the transaction is not committed.
    case startMigrating = "start.migrating"
    /// What is pending was read from the ledger.
    case startBacklogRead = "start.backlog-read"
    /// The API listens.
    case startListening = "start.listening"
    /// Intake has ended; attempts are in flight.
    case stopIntakeEnded = "stop.intake-ended"
    /// Nothing is in flight or unrecorded; the sender still runs.
    case stopDrained = "stop.drained"
    /// Every service has ended, the ledger is open.
    case stopClosing = "stop.closing"
    /// The ledger is closed.
    case stopClosed = "stop.closed"

    /// Marks a passage: the process stops here if that was asked for.
    @inlinable
    package func reached() {
        #if FAULT_POINTS
        FaultTrap.armed?.passed(self)
        #endif
    }
}
