package import Deliveries
package import JobQueue
package import Metrics
import Synchronization
import Telemetry

/// The instruments of jobs. Labels are queues, workers that are alive, and the words of the contract: product ids come from outside.
package final class JobMetrics: Sendable {
    private let factory: any MetricsFactory
    /// The levels of workers that are shown, by metric and worker.
    private let workers = Mutex<[String: Meter]>([:])

    /// Makes the instruments.
    package init(factory: any MetricsFactory) {
        self.factory = factory
    }

    /// Has the counters of a queue shown, whether a job of it has ended or not: a counter that is born with its first count
    /// never rises, and alerts pass it over.
    package func announce(_ queue: QueueName) {
        for status in JobStatus.allCases where status.isEnd { _ = endCounter(queue, status) }
    }

    /// Counts a job that ended, and how long it waited and ran.
    func ended(_ job: JobRecord) {
        let queue = ("queue", job.queue.text)
        endCounter(job.queue, job.status).increment()
        guard let startedAt = job.startedAt, let completedAt = job.completedAt else { return }
        timer(.jobRun, queue, completedAt.milliseconds(since: startedAt))
        // A retried job's wait includes its earlier runs, so it would say nothing.
        guard job.retryCount == 0 else { return }
        timer(.jobWait, queue, startedAt.milliseconds(since: max(job.createdAt, job.runAt ?? job.createdAt)))
    }

    /// The levels of every queue and the workers, as they are now.
    package func levels(_ queues: [QueueStatistics], workers: [WorkerRecord], now: Timestamp) {
        for queue in queues {
            let name = ("queue", queue.name.text)
            for (state, count) in [
                ("waiting", queue.waiting), ("delayed", queue.delayed), ("active", queue.active),
            ] {
                meter(.jobs, [name, ("state", state)], Double(count))
            }
            let age = queue.oldestWaitingSince.map { max(0, now.milliseconds(since: $0)) } ?? 0
            meter(.oldestJobAge, [name], Double(age) / 1000)
            meter(.queuePaused, [name], queue.isPaused ? 1 : 0)
        }
        for state in [WorkerRecord.State.idle, .busy, .stopping] {
            meter(.workers, [("state", state.rawValue)], Double(workers.count { $0.state == state }))
        }
        show(workers)
    }

    /// The levels of each worker. One that is gone is shown no more: each start has a name of its own, and of names there is no end.
    private func show(_ records: [WorkerRecord]) {
        var levels: [String: Meter] = [:]
        func show(_ name: MetricName, _ record: WorkerRecord, _ value: Double) {
            levels[name.rawValue + " " + record.name] = meter(name, [("worker", record.name)], value)
        }
        for record in records {
            show(.workerSlots, record, Double(record.concurrency))
            show(.workerBusySlots, record, Double(record.currentJobs.count))
            guard let usage = record.usage else { continue }
            show(.workerProcessorTime, record, Double(usage.processorMilliseconds) / 1000)
            show(.workerMemory, record, Double(usage.memoryBytes))
        }
        let gone = workers.withLock { shown in
            defer { shown = levels }
            return shown.filter { levels[$0.key] == nil }
        }
        for meter in gone.values { meter.destroy() }
    }

    /// How many submissions wait in the ledger for Redis.
    package func spooled(_ count: Int) { meter(.jobsSpooled, [], Double(count)) }

    private func endCounter(_ queue: QueueName, _ status: JobStatus) -> Counter {
        Counter(
            label: MetricName.jobsEnded.rawValue,
            dimensions: [("queue", queue.text), ("status", status.rawValue)],
            factory: factory
        )
    }

    private func timer(_ name: MetricName, _ queue: (String, String), _ milliseconds: Int64) {
        Timer(label: name.rawValue, dimensions: [queue], factory: factory)
            .recordNanoseconds(max(0, milliseconds).multipliedSaturating(by: 1_000_000))
    }

    @discardableResult
    private func meter(_ name: MetricName, _ dimensions: [(String, String)], _ value: Double) -> Meter {
        let meter = Meter(label: name.rawValue, dimensions: dimensions, factory: factory)
        meter.set(value)
        return meter
    }
}
