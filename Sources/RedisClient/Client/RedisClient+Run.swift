extension RedisClient {
    /// Keeps the shared connection up until the task is cancelled, then closes it and returns.
    ///
    /// Runs once. Stop it after everything that uses the client: commands in flight fail with `connectionLost`.
    ///
    /// - Throws: `invalidConfiguration` if the client runs already, or has run.
    package func run() async throws {
        guard start() else { throw RedisError(.invalidConfiguration, "a Redis client runs once") }
        await withTaskCancellationHandler {
            await keepConnected()
        } onCancel: {
            stop()
        }
        stopped()
    }

    private func keepConnected() async {
        var backoff = Backoff(first: configuration.minimumBackoff, longest: configuration.maximumBackoff)
        while !Task.isCancelled {
            let began = ContinuousClock.now
            await connectOnce()
            // A server that takes connections only to drop them is treated like one that takes none.
            if ContinuousClock.now - began > configuration.maximumBackoff { backoff.reset() }
            try? await Task.sleep(for: backoff.next())
        }
    }

    /// One connection, from the attempt to its end.
    private func connectOnce() async {
        do {
            let connection = try await makeDedicatedConnection()
            connected(connection)
            let reason = await connection.waitUntilClosed()
            // When the end was asked for, it is no loss.
            if !Task.isCancelled { lost(connection, reason) }
        } catch {
            if !Task.isCancelled { failed(error) }
        }
    }
}
