/// How a worker works.
package struct WorkerConfiguration: Hashable, Sendable {
    /// Its name for people; a random end makes it unique. `nil`: the host's name and the process id.
    package var name: String?
    /// The queues it takes jobs from, at least one.
    package var queues: [QueueName]
    /// How many jobs it runs at once, at least 1.
    package var concurrency: Int
    /// Whether it ends when its queues are empty and its jobs are done. Jobs that wait for their time do not keep it.
    package var isBurst: Bool
    /// How often it renews its leases; well below a third of the lease.
    package var beatInterval: Duration
    /// How long its jobs may go on when it is asked to stop; what is left then goes back to the queue.
    package var stopGrace: Duration
    /// How long a handler may take to return once its task is cancelled.
    package var cancelGrace: Duration
    /// How long it goes on telling the queue how a job ended while what is in Redis is damaged.
    package var damageGrace: Duration
    /// The longest it sleeps without looking, should every wake-up be lost.
    package var idleInterval: Duration

    /// Makes a configuration; what is left out has the contract's defaults.
    package init(
        name: String? = nil,
        queues: [QueueName] = [.pdf],
        concurrency: Int = 1,
        isBurst: Bool = false,
        beatInterval: Duration = .seconds(10),
        stopGrace: Duration = .seconds(30),
        cancelGrace: Duration = .seconds(10),
        damageGrace: Duration = .seconds(300),
        idleInterval: Duration = .seconds(5)
    ) {
        self.name = name
        self.queues = queues
        self.concurrency = concurrency
        self.isBurst = isBurst
        self.beatInterval = beatInterval
        self.stopGrace = stopGrace
        self.cancelGrace = cancelGrace
        self.damageGrace = damageGrace
        self.idleInterval = idleInterval
    }
}
