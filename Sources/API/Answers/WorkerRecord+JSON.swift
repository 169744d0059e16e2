import JobQueue

extension WorkerRecord {
    /// The members of a worker.
    var members: [(name: String, value: JSON)] {
        [
            ("name", .string(name)),
            ("state", JSON(state)),
            ("current_job", JSON(currentJobs.first?.text)),
            ("current_jobs", .array(currentJobs.map { .string($0.text) })),
            ("queues", .array(queues.map { .string($0.text) })),
            ("concurrency", JSON(concurrency)),
            ("started_at", JSON(startedAt)),
            ("last_beat", JSON(lastBeatAt)),
            ("cpu_seconds", usage.map { .number(Double($0.processorMilliseconds) / 1000) } ?? .null),
            ("memory_bytes", JSON(usage.map { Int($0.memoryBytes) })),
        ]
    }
}
