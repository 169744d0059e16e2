/// The names, limits and times of a job queue.
package struct JobQueueConfiguration: Sendable {
    /// What every key of the queue begins with.
    package var prefix: String
    /// The stream on which the ends of jobs are announced.
    package var eventStream: String
    /// Waiting and scheduled jobs that a queue takes before submissions are refused. Retries and recovered jobs always
    /// have a place.
    package var capacity: Int
    /// Most jobs of a queue that run at once, over all workers; a queue that is not named has no limit.
    package var concurrency: [QueueName: Int]
    /// Whether a higher priority always goes first. Otherwise high, normal and low share 6 : 3 : 1.
    package var isStrict: Bool
    /// How long a worker holds a job without a sign of life.
    package var lease: Duration
    /// How often a job is taken from a dead worker before it counts as the cause.
    package var recoveryLimit: Int
    /// How long Redis must be up before leases that ended are taken away: time for living workers to come back.
    package var settling: Duration
    /// The pauses before the second, third, … try; the last one repeats. Not empty.
    package var retryPauses: [Duration]
    /// Up to how much of a pause is added or taken off at random: 0.2 is a fifth.
    package var retryJitter: Double
    /// How long a completed job is kept in Redis.
    package var completedRetention: Duration
    /// How long a failed or cancelled job is kept in Redis.
    package var failedRetention: Duration
    /// Ended jobs that a queue keeps of each kind of end, whatever their age.
    package var endedLimit: Int
    /// How long an idempotency key counts.
    package var idempotencyLifetime: Duration
    /// Bytes of a payload at most.
    package var payloadLimit: Int
    /// Bytes of a result at most.
    package var resultLimit: Int
    /// For tests only: what is added to the server's clock, in milliseconds.
    package var clockShift: @Sendable () -> Int64

    /// Makes a configuration; what is left out has the contract's defaults.
    package init(
        prefix: String = "postback:jobs",
        eventStream: String = "postback:events",
        capacity: Int = 1_000,
        concurrency: [QueueName: Int] = [:],
        isStrict: Bool = false,
        lease: Duration = .seconds(30),
        recoveryLimit: Int = 3,
        settling: Duration = .seconds(30),
        retryPauses: [Duration] = [.seconds(120), .seconds(240), .seconds(480)],
        retryJitter: Double = 0.2,
        completedRetention: Duration = .seconds(24 * 3600),
        failedRetention: Duration = .seconds(7 * 24 * 3600),
        endedLimit: Int = 10_000,
        idempotencyLifetime: Duration = .seconds(24 * 3600),
        payloadLimit: Int = 256 << 10,
        resultLimit: Int = 64 << 10,
        clockShift: @escaping @Sendable () -> Int64 = { 0 }
    ) {
        self.prefix = prefix
        self.eventStream = eventStream
        self.capacity = capacity
        self.concurrency = concurrency
        self.isStrict = isStrict
        self.lease = lease
        self.recoveryLimit = recoveryLimit
        self.settling = settling
        self.retryPauses = retryPauses
        self.retryJitter = retryJitter
        self.completedRetention = completedRetention
        self.failedRetention = failedRetention
        self.endedLimit = endedLimit
        self.idempotencyLifetime = idempotencyLifetime
        self.payloadLimit = payloadLimit
        self.resultLimit = resultLimit
        self.clockShift = clockShift
    }
}
