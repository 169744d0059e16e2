import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import API

/// The API as it runs in production: a service in a group, on a real port.
struct RunningServer: Sendable {
    let port: Int
    let relay: FakeRelay
    let ledger: FakeLedger
    let jobs: FakeJobs
    /// Asks the server to stop.
    let stop: @Sendable () async -> Void

    /// Runs a test against a server on a free port, then shuts it down and waits until it has stopped.
    static func run(
        rules: (inout JobRules) -> Void = { _ in },
        _ test: @Sendable @escaping (RunningServer) async throws -> Void
    ) async throws {
        let ledger = FakeLedger()
        let relay = FakeRelay(ledger: ledger)
        let jobs = FakeJobs()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        var dependencies = TestAPI.dependencies(ledger: ledger, relay: relay, jobs: jobs, logger: logger)
        rules(&dependencies.jobRules)
        let application = APIApplication(
            host: "127.0.0.1",
            port: 0,
            dependencies: dependencies,
            onListening: { port in
                listening.yield(port)
                listening.finish()
            }
        )
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [application], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await group.run()
            }
            if let port = await ports.first(where: { _ in true }) {
                try await test(
                    RunningServer(
                        port: port,
                        relay: relay,
                        ledger: ledger,
                        jobs: jobs,
                        stop: { await group.triggerGracefulShutdown() }
                    )
                )
            } else {
                Issue.record("the server did not start")
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Sends bytes on a connection of their own and returns all that comes back until the server closes it.
    ///
    /// - Parameter halfClose: whether nothing more is said after the bytes.
    func exchange(_ bytes: [UInt8], halfClose: Bool = false) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            // A server that has refused what it read so far may close before it has read everything.
            try? await outbound.write(ByteBuffer(bytes: bytes))
            if halfClose { outbound.finish() }
            return try await withThrowingTaskGroup(of: String?.self) { tasks in
                tasks.addTask {
                    var reply: [UInt8] = []
                    do {
                        for try await buffer in inbound { reply.append(contentsOf: buffer.readableBytesView) }
                    } catch {
                        // A reset after the answer: what came before it counts.
                    }
                    return String(decoding: reply, as: UTF8.self)
                }
                tasks.addTask {
                    try? await Task.sleep(for: .seconds(10))
                    return nil
                }
                defer { tasks.cancelAll() }
                return try #require(try await tasks.next() ?? nil, "the server neither answered nor closed")
            }
        }
    }

    func exchange(_ text: String, halfClose: Bool = false) async throws -> String {
        try await exchange(Array(text.utf8), halfClose: halfClose)
    }
}
