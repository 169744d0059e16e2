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
        var pause = Duration.zero
        while !Task.isCancelled {
            // A server that takes connections only to drop them is treated like one that takes none: pauses grow until a connection
            // holds for longer than it was waited for.
            if await connectOnce() > pause { backoff.reset() }
            pause = backoff.next()
            try? await Task.sleep(for: pause)
        }
    }

    /// One connection, from the attempt to its end.
    ///
    /// - Returns: How long it held; zero for none.
    private func connectOnce() async -> Duration {
        do {
            let connection = try await makeDedicatedConnection()
            let began = ContinuousClock.now
            connected(connection)
            let reason = await connection.waitUntilClosed()
            // When the end was asked for, it is no loss.
            if !Task.isCancelled { lost(connection, reason) }
            return .now - began
        } catch {
            if !Task.isCancelled { failed(error) }
            return .zero
        }
    }
}
