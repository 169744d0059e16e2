/// Every metric that Postback exports (contract section 5), with its help text.
package enum MetricName: String, CaseIterable, Sendable {
    case published = "postback_events_published_total"
    case quarantined = "postback_events_quarantined_total"
    case duplicates = "postback_events_duplicate_total"
    case ignored = "postback_events_ignored_total"
    case attempts = "postback_attempts_total"
    case ended = "postback_deliveries_ended_total"
    case eventToFirstAttempt = "postback_event_to_first_attempt_seconds"
    case exchange = "postback_exchange_seconds"
    case commit = "postback_ledger_commit_seconds"
    case inFlight = "postback_attempts_in_flight"
    case held = "postback_deliveries_held"
    case unrecorded = "postback_attempts_unrecorded"
    case pending = "postback_deliveries_pending"
    case quarantineSize = "postback_quarantine_entries"
    case oldestDueAge = "postback_oldest_due_age_seconds"
    case redisConnected = "postback_redis_connected"
    case ledgerAvailable = "postback_ledger_available"
    case destinationState = "postback_destination_state"
    case jobs = "postback_jobs"
    case oldestJobAge = "postback_job_oldest_waiting_seconds"
    case queuePaused = "postback_queue_paused"
    case jobsEnded = "postback_jobs_ended_total"
    case jobWait = "postback_job_wait_seconds"
    case jobRun = "postback_job_run_seconds"
    case jobsSpooled = "postback_jobs_spooled"
    case workers = "postback_workers"
    case workerSlots = "postback_worker_slots"
    case workerBusySlots = "postback_worker_busy_slots"
    case workerProcessorTime = "postback_worker_cpu_seconds_total"
    case workerMemory = "postback_worker_memory_bytes"

    /// One line that says what it counts.
    package var help: String {
        switch self {
        case .published: "Events read from the stream and admitted to the ledger."
        case .quarantined: "Stream entries that could not be used, conflicts included."
        case .duplicates: "Events absorbed because their id and content were already in the ledger."
        case .ignored: "Events without a destination whose publisher said that they need none."
        case .attempts: "Attempts made, by destination and outcome."
        case .ended: "Deliveries that ended after an attempt, by destination and status (delivered, dead)."
        case .eventToFirstAttempt: "From the publishing of an event to the start of its first attempt."
        case .exchange: "Whole time of an HTTP exchange."
        case .commit: "Time of one ledger commit."
        case .inFlight: "Attempts in flight."
        case .held: "Deliveries held in memory."
        case .unrecorded: "Finished attempts that wait for the ledger."
        case .pending: "Deliveries that have not ended."
        case .quarantineSize: "Entries in quarantine."
        case .oldestDueAge: "Age of the longest overdue delivery; 0 when nothing is overdue."
        case .redisConnected: "1 while Redis answers."
        case .ledgerAvailable: "1 while the ledger takes writes."
        case .destinationState: "1 for the state that a destination is in."
        case .jobs: "Jobs that have not ended, by queue and state (waiting, delayed, active)."
        case .oldestJobAge: "How long the job that waits longest in a queue has waited; 0 when none waits."
        case .queuePaused: "1 while a queue is paused."
        case .jobsEnded: "Jobs that ended, by queue and status (completed, failed, cancelled)."
        case .jobWait: "From submission, or the time a job was to run at, to its first run."
        case .jobRun: "How long the last run of a job took."
        case .jobsSpooled: "Jobs accepted while Redis is away, that wait in the ledger."
        case .workers: "Live workers, by state."
        case .workerSlots: "Jobs that a live worker runs at once at most."
        case .workerBusySlots: "Jobs that a live worker runs."
        case .workerProcessorTime: "Processor time of a live worker's process and its renderer."
        case .workerMemory: "Memory of a live worker's process and its renderer."
        }
    }

    /// Upper bounds of a histogram's buckets in seconds; `nil` for what is no histogram.
    package var buckets: [Double]? {
        switch self {
        case .eventToFirstAttempt, .exchange:
            [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
        case .commit:
            [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
        case .jobWait, .jobRun:
            [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]
        default: nil
        }
    }
}
