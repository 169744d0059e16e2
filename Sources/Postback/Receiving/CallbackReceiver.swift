import Deliveries
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Signing
import Synchronization
import UnixSignals

/// An HTTP server that prints what it gets.
struct CallbackReceiver {
    let host: String
    let port: Int
    let status: Int
    let delay: Duration?
    let verifier: SignatureVerifier?
    /// Ends after so many callbacks.
    let limit: Int?
    let json: Bool

    /// Runs until it is told to stop, or the limit is reached.
    func run() async throws {
        let (done, finish) = AsyncStream.makeStream(of: Void.self)
        let seen = Mutex(0)
        let router = Router(context: BasicRequestContext.self)
        let answer: @Sendable (Request, BasicRequestContext) async throws -> Response = { request, _ in
            let body = try await request.body.collect(upTo: 2 << 20)
            if let delay { try await Task.sleep(for: delay) }
            print(request, Array(body.readableBytesView))
            let count = seen.withLock { seen in
                seen += 1
                return seen
            }
            if count == limit { finish.finish() }
            return Response(status: HTTPResponse.Status(code: status))
        }
        router.on("**", method: .post, use: answer)
        router.on("/", method: .post, use: answer)
        var logger = Logger(label: "postback.listen")
        logger.logLevel = .error
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                StandardStream.error.write("listening on http://\(host):\(channel.localAddress?.port ?? port)/")
            },
            logger: logger
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [application],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                tasks.addTask {
                    for await _ in done {}
                    await group.triggerGracefulShutdown()
                }
                try await tasks.next()
                // Whichever ended first, the other has nothing more to wait for.
                finish.finish()
                try await tasks.waitForAll()
            }
        } catch {
            throw ListenFailure.describe(error, host: host, port: port)
        }
    }

    private func print(_ request: Request, _ body: [UInt8]) {
        let fields = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        let now = RelayClockReading.now
        let report = verifier.map { VerificationReport(fields: fields, body: body, verifier: $0, now: now.seconds) }
        let text = String(decoding: body, as: UTF8.self)
        let value = { (name: String) in fields.first { $0.name == name }?.value }
        if json {
            let line = JSONValue.object([
                ("time", .string(now.rfc3339)), ("path", .string(request.uri.description)),
                ("id", value("webhook-id").map { .string($0) } ?? .null),
                ("type", value("x-postback-event").map { .string($0) } ?? .null),
                ("attempt", value("x-postback-attempt").map { .string($0) } ?? .null),
                ("verified", report.map { .bool($0.isGood) } ?? .null),
                ("trouble", report.flatMap { $0.isGood ? nil : .string($0.summary) } ?? .null),
                ("answered", .number(Double(status))), ("body", .string(text)),
            ])
            StandardStream.output.writeJSON(line.line)
        } else {
            let parts = [
                now.rfc3339, request.uri.path, value("x-postback-event") ?? "-", value("webhook-id") ?? "-",
                "attempt \(value("x-postback-attempt") ?? "-")", report?.summary ?? "not checked", "answered \(status)",
            ]
            StandardStream.output.write(parts.joined(separator: "  "))
            StandardStream.output.write("    " + text.split(whereSeparator: \.isNewline).joined(separator: " "))
        }
    }
}
