extension JobQueue {
    /// Reads jobs that ended, until they are acknowledged: first what this consumer has read before, then new ones.
    ///
    /// One consumer is enough; another name may be used when the one before it has nothing left.
    ///
    /// - Parameters:
    ///   - block: How long to wait when there is nothing.
    package func readEnded(
        consumer: String,
        count: Int,
        block: Duration
    ) async throws(JobQueueError) -> [EndedJob] {
        try await archive.read(consumer: consumer, count: count, block: block)
    }

    /// Forgets entries whose jobs are in the ledger.
    package func acknowledgeEnded(_ entryIDs: [String]) async throws(JobQueueError) {
        try await archive.acknowledge(entryIDs)
    }
}
