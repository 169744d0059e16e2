import Deliveries
import Dispatch
import Foundation
package import Logging
import Subprocess
import Synchronization

/// Makes PDFs with WeasyPrint, in a helper process (`Helper/renderer.py`) that imports it once and forks a child for each
/// document. The child is locked down and has a process group of its own.
///
/// ``run()`` keeps a helper running: one that ends is started again. After ``documentsPerHelper`` documents the next one is started, while
/// the old one finishes what it has: no document waits for another's.
/// The helper and its children end with this process, however that ends: the helper's input closes, and the kernel kills
/// children whose parent is gone.
package final class WeasyPrintRenderer: Renderer {
    /// How long past its time a document is waited for before the helper itself is taken for dead.
    private static let grace = 10
    /// The same after a wish to cancel.
    private static let cancelGrace = 5

    /// The Python that has WeasyPrint.
    package let python: String
    private let workDirectory: String
    private let documentsPerHelper: Int
    private let logger: Logger
    private let state = Mutex(State())

    private struct Missing: Error, CustomStringConvertible {
        let description = "there is no such program"
    }

    private enum Readiness: Hashable, Sendable {
        case starting
        case ready
        case unusable(String)
    }

    private struct Job: Sendable {
        var frame: [UInt8]
        /// Seconds that the helper gives it.
        var seconds: Int
        /// The helper that has it; `nil` while it waits for one.
        var link: HelperLink?
        var continuation: CheckedContinuation<Result<RenderedDocument, RenderFailure>, Never>
    }

    private struct State: Sendable {
        var readiness = Readiness.starting
        /// Those who want to know whether documents can be made at all, each under a number.
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        /// Those who wait until they can, each under a number.
        var patient: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextID = 1
        var jobs: [Int: Job] = [:]
        /// Ids in the order in which they wait for a helper.
        var queue: [Int] = []
        /// The helper that takes documents.
        var link: HelperLink?
        /// Documents that it was asked for.
        var served = 0
        var isStopped = false

        /// Whether a helper still has documents to make.
        func isBusy(_ link: HelperLink) -> Bool { jobs.values.contains { $0.link?.process == link.process } }
    }

    /// What becomes of the helper that takes documents.
    private enum HelperEvent: Sendable {
        /// It gets no more, and ends with its last one.
        case retired
        case ended((any Error)?, hasSpoken: Bool)
    }

    /// - Parameters:
    ///   - python: the path of a Python 3.11 or later with WeasyPrint 70.
    ///   - workDirectory: where children may write, each in a directory of its own; its contents are removed. It is made
    ///     if it is not there.
    ///   - documentsPerHelper: after so many documents the helper is replaced.
    package init(python: String, workDirectory: String, documentsPerHelper: Int = 200, logger: Logger) {
        self.python = python
        self.workDirectory = workDirectory
        self.documentsPerHelper = documentsPerHelper
        self.logger = logger
    }

    /// Waits until documents can be made, or until the task is cancelled.
    ///
    /// - Throws: ``RenderFailure/Code/unavailable``, with what to do about it, when the engine is not installed.
    package func ready() async throws(RenderFailure) {
        let id = newID()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if case .starting = state.readiness, !state.isStopped, !Task.isCancelled {
                        state.waiters[id] = continuation
                        return false
                    }
                    return true
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
        if case .unusable(let reason) = state.withLock({ $0.readiness }) { throw RenderFailure(.unavailable, reason) }
    }

    package func waitUntilUsable() async {
        let id = newID()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.readiness == .ready || state.isStopped || Task.isCancelled { return true }
                    state.patient[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.patient.removeValue(forKey: id) }?.resume()
        }
    }

    private func newID() -> Int {
        state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
    }

    func render(_ request: RenderRequest) async throws(RenderFailure) -> RenderedDocument {
        let id = newID()
        let frame = HelperFrame.render(id: id, request).encoded()
        let seconds = Int(request.limits.time.components.seconds)
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { enqueue(id, Job(frame: frame, seconds: seconds, continuation: $0)) }
        } onCancel: {
            cancel(id)
        }.get()
    }

    /// Keeps a helper running until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { helpers in
            var pause = Duration.milliseconds(100)
            removeLeftovers()
            helpers.addTask { await self.noteSlowStart() }
            while !Task.isCancelled {
                let started = ContinuousClock.now
                let (events, event) = AsyncStream.makeStream(of: HelperEvent.self)
                helpers.addTask {
                    do {
                        let hasSpoken = try await self.startHelper(whenRetired: { event.yield(.retired) })
                        event.yield(.ended(nil, hasSpoken: hasSpoken))
                    } catch {
                        event.yield(.ended(error, hasSpoken: false))
                    }
                }
                // The next one is started at once; this one's end is of no more interest.
                guard case .ended(let error, let hasSpoken) = await events.first(where: { _ in true }) else { continue }
                guard !Task.isCancelled else { break }
                if let error {
                    unusable("cannot start \(python): run deploy/setup, or set worker.python (\(Self.line(of: error)))")
                } else if !hasSpoken {
                    unusable("\(python) ends before it has imported WeasyPrint")
                }
                if ContinuousClock.now - started > .seconds(10) { pause = .milliseconds(100) }
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(60))
            }
            helpers.cancelAll()
        }
        stop()
    }

    /// A helper that hangs while it imports its libraries says nothing itself.
    private func noteSlowStart() async {
        guard (try? await Task.sleep(for: .seconds(60))) != nil, state.withLock({ $0.readiness }) == .starting else {
            return
        }
        logger.warning("The renderer has not started within a minute: no jobs are taken until it has")
    }

    /// The id of the helper that takes documents; `nil` while there is none.
    package var helperProcess: Int32? {
        state.withLock { $0.link?.process }
    }

    // MARK: - Jobs

    private func enqueue(_ id: Int, _ job: Job) {
        let refusal: RenderFailure? = state.withLock { state in
            if state.isStopped || Task.isCancelled { return RenderFailure(.cancelled, "the renderer is stopping") }
            if case .unusable(let reason) = state.readiness { return RenderFailure(.unavailable, reason) }
            state.jobs[id] = job
            state.queue.append(id)
            return nil
        }
        if let refusal {
            job.continuation.resume(returning: .failure(refusal))
        } else {
            sendWaiting()
        }
    }

    private func sendWaiting() {
        let sent: [(id: Int, seconds: Int)] = state.withLock { state in
            var sent: [(id: Int, seconds: Int)] = []
            while let link = state.link, !state.queue.isEmpty {
                let id = state.queue.removeFirst()
                guard var job = state.jobs[id] else { continue }
                link.outbox.yield(job.frame)
                job.link = link
                job.frame = []
                state.jobs[id] = job
                sent.append((id, job.seconds))
                state.served += 1
                if state.served >= documentsPerHelper {
                    state.link = nil
                    link.retire()
                }
            }
            return sent
        }
        for (id, seconds) in sent { giveUp(id, after: seconds + Self.grace) }
    }

    private func cancel(_ id: Int) {
        let waiting: Job? = state.withLock { state in
            guard let job = state.jobs[id] else { return nil }
            if let link = job.link {
                link.outbox.yield(HelperFrame.cancel(id: id).encoded())
                return nil
            }
            state.queue.removeAll { $0 == id }
            return state.jobs.removeValue(forKey: id)
        }
        waiting?.continuation.resume(returning: .failure(RenderFailure(.cancelled, "cancelled")))
        giveUp(id, after: Self.cancelGrace)
    }

    /// Ends a helper that still has this document after so many seconds: it cannot be alive.
    private func giveUp(_ id: Int, after seconds: Int) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
            guard let self, let link = state.withLock({ $0.jobs[id]?.link }) else { return }
            logger.error("The renderer does not answer, ending it", metadata: [LogKey.process: "\(link.process)"])
            link.kill()
        }
    }

    private func finish(_ id: Int, _ result: Result<RenderedDocument, RenderFailure>) {
        let job = state.withLock { state in
            let job = state.jobs.removeValue(forKey: id)
            // A helper that was retired ends with its last document.
            if let link = job?.link, link.process != state.link?.process, !state.isBusy(link) { link.outbox.finish() }
            return job
        }
        job?.continuation.resume(returning: result)
        sendWaiting()
    }

    /// All that a helper was working on when it ended.
    private func lose(_ link: HelperLink) {
        let lost = state.withLock { state in
            if state.link?.process == link.process { state.link = nil }
            let lost = state.jobs.filter { $0.value.link?.process == link.process }
            for id in lost.keys { state.jobs[id] = nil }
            return lost
        }
        let failure =
            Task.isCancelled
            ? RenderFailure(.cancelled, "the renderer is stopping") : RenderFailure(.defect, "the renderer ended")
        for job in lost.values { job.continuation.resume(returning: .failure(failure)) }
    }

    private func unusable(_ reason: String) {
        // Said once: it is tried again and again.
        if state.withLock({ $0.readiness }) != .unusable(reason) {
            logger.error("The renderer cannot be used", metadata: [LogKey.reason: "\(reason)"])
        }
        settle(.unusable(reason), RenderFailure(.unavailable, reason))
    }

    private func stop() {
        state.withLock { $0.isStopped = true }
        settle(nil, RenderFailure(.cancelled, "the renderer is stopping"))
    }

    /// Ends the waiting of those who asked whether it works, and of documents that no helper will take.
    private func settle(_ readiness: Readiness?, _ failure: RenderFailure?) {
        let (waiters, jobs) = state.withLock { state in
            if let readiness { state.readiness = readiness }
            var waiters = Array(state.waiters.values)
            state.waiters = [:]
            if state.readiness == .ready || state.isStopped {
                waiters += state.patient.values
                state.patient = [:]
            }
            guard failure != nil else { return (waiters, [Job]()) }
            let jobs = state.queue.compactMap { state.jobs.removeValue(forKey: $0) }
            state.queue = []
            return (waiters, jobs)
        }
        for waiter in waiters { waiter.resume() }
        if let failure {
            for job in jobs { job.continuation.resume(returning: .failure(failure)) }
        }
    }

    // MARK: - The helper

    /// Runs one helper until it ends, in a directory of its own.
    ///
    /// - Returns: whether it has said that it is ready, or why it cannot be.
    private func startHelper(whenRetired: @escaping @Sendable () -> Void) async throws -> Bool {
        guard FileManager.default.isExecutableFile(atPath: python) else { throw Missing() }
        let directory = "\(workDirectory)/helper-\(newID())"
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await serve(in: directory, whenRetired: whenRetired)
    }

    private func serve(in directory: String, whenRetired: @escaping @Sendable () -> Void) async throws -> Bool {
        var options = PlatformOptions()
        // A terminal's Ctrl-C goes to the whole group; documents under way are ended by the worker, not by the terminal.
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        let (frames, outbox) = AsyncStream.makeStream(of: [UInt8].self)
        defer { outbox.finish() }
        let outcome = try await Subprocess.run(
            .name(URL(fileURLWithPath: python).lastPathComponent),
            // -s: no packages of the user's; -B: no bytecode is written.
            arguments: ["-s", "-B", "-c", Self.bootstrap, directory],
            environment: .custom(environment),
            platformOptions: options,
            input: .inputWriter,
            output: .sequence,
            error: .sequence
        ) { execution in
            let process = execution.processIdentifier.value
            let link = HelperLink(
                outbox: outbox,
                retire: whenRetired,
                kill: { Glibc.kill(-process, SIGKILL) },
                process: process
            )
            defer { lose(link) }
            return try await withThrowingTaskGroup(of: Void.self) { tasks in
                let input = execution.standardInputWriter
                tasks.addTask {
                    var program: [UInt8] = []
                    program.append(bigEndian: PackageResources.renderer_py.count)
                    program.append(contentsOf: PackageResources.renderer_py)
                    // A helper that is gone is noticed by its output.
                    _ = try? await input.write(program)
                    for await frame in frames {
                        guard (try? await input.write(frame)) != nil else { return }
                    }
                    try? await input.finish()
                }
                let errors = execution.standardError
                tasks.addTask { [logger] in
                    // In pieces as they come: a line may have no end, and whoever stops reading stops the helper.
                    for try await piece in errors {
                        let text = piece.withUnsafeBytes { String(decoding: $0.prefix(1024), as: UTF8.self) }
                        logger.debug("The renderer says", metadata: [LogKey.line: "\(text)"])
                    }
                }
                var decoder = FrameDecoder(limit: 1 << 28)
                var hasSpoken = false
                for try await buffer in execution.standardOutput {
                    buffer.withUnsafeBytes { decoder.append($0) }
                    do {
                        while let frame = try decoder.next() {
                            hasSpoken = true
                            take(frame, link)
                        }
                    } catch {
                        logger.error("The renderer says what nobody understands, ending it")
                        link.kill()
                    }
                }
                outbox.finish()
                tasks.cancelAll()
                return hasSpoken
            }
        }
        return outcome.closureResult
    }

    private func take(_ frame: HelperFrame, _ link: HelperLink) {
        switch frame.header["op"]?.text {
        case "ready":
            logger.info(
                "The renderer is ready",
                metadata: [LogKey.engine: "\(frame.header["engine"]?.text ?? "")", LogKey.process: "\(link.process)"]
            )
            state.withLock { state in
                state.link = link
                state.served = 0
            }
            settle(.ready, nil)
            sendWaiting()
        case "unusable":
            let message = frame.header["message"]?.text ?? ""
            unusable("\(python) cannot import WeasyPrint: run deploy/setup, or set worker.python (\(message))")
        default:
            guard let id = frame.header["id"]?.count else { return }
            finish(id, result(of: frame))
        }
    }

    private func result(of frame: HelperFrame) -> Result<RenderedDocument, RenderFailure> {
        noteMissing(frame.header["missing"])
        if let code = frame.header["failed"]?.text {
            return .failure(RenderFailure(code: code, message: frame.header["message"]?.text ?? ""))
        }
        guard frame.body.starts(with: "%PDF-".utf8), let pages = frame.header["pages"]?.count else {
            return .failure(RenderFailure(.defect, "the renderer answered without a PDF"))
        }
        var warnings: [String] = []
        if case .array(let lines)? = frame.header["warnings"] { warnings = lines.compactMap(\.text) }
        return .success(
            RenderedDocument(
                pdf: frame.body,
                pages: pages,
                milliseconds: frame.header["milliseconds"]?.count ?? 0,
                warnings: warnings
            )
        )
    }

    private let missingGuards = Mutex<Set<String>>([])

    /// Says once what this machine does not let a child give up.
    private func noteMissing(_ value: JSONValue?) {
        guard case .array(let names)? = value else { return }
        for name in names.compactMap(\.text) where missingGuards.withLock({ $0.insert(name).inserted }) {
            logger.warning("The renderer runs without a part of its lock-down", metadata: [LogKey.missing: "\(name)"])
        }
    }

    /// Removes what helpers of an earlier run left.
    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: workDirectory)) ?? []
        for name in names where name.hasPrefix("helper-") || name.hasPrefix("job-") {
            try? FileManager.default.removeItem(atPath: "\(workDirectory)/\(name)")
        }
    }

    /// The helper's program comes as the first thing on its input, so that it need not be installed anywhere.
    private static let bootstrap = """
        import sys
        sys.path = [p for p in sys.path if p]
        read = sys.stdin.buffer.raw.read
        size, program = int.from_bytes(read(4), "big"), b""
        while len(program) < size:
            program += read(size - len(program)) or exit(1)
        exec(compile(program, "renderer.py", "exec"))
        """

    private var environment: [Environment.Key: String] {
        [
            // Where this Python is, and nothing else; the helper sets its own.
            "PATH": URL(fileURLWithPath: python).deletingLastPathComponent().path,
            // Where the user's fonts are; children forget it.
            "HOME": ProcessInfo.processInfo.environment["HOME"] ?? "/nonexistent",
            "LANG": "C.UTF-8",
            // The same document has the same bytes, whichever helper makes it.
            "PYTHONHASHSEED": "0",
        ]
    }

    private static func line(of error: any Error) -> String {
        "\(error)".split(whereSeparator: \.isNewline).first.map(String.init) ?? "unknown error"
    }
}
