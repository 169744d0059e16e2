import Deliveries
import JobQueue
import Signing
import Synchronization
import Testing

@testable import PDFWorker

@Suite struct TimeLimitTests {
    /// Says how long it was given, and makes nothing.
    private final class StopWatch: Renderer {
        func waitUntilUsable() async {}

        let given = Mutex<Duration?>(nil)

        func render(_ request: RenderRequest) async throws(RenderFailure) -> RenderedDocument {
            given.withLock { $0 = request.limits.time }
            throw RenderFailure(.time, "the document took longer than its time limit")
        }
    }

    @Test(
        arguments: [
            // A job's own time is its queue's to end, which has it tried again: the renderer comes well after it.
            (job: 1, renderer: 6), (job: 300, renderer: 305),
            // Beyond that, the worker's limit ends it for good.
            (job: 301, renderer: 300), (job: 3_600, renderer: 300),
        ]
    ) func `who ends a document that takes too long is not left to chance`(job: Int, renderer: Int) async throws {
        let (templates, files, watch) = (try Folder(), try Folder(), StopWatch())
        try templates.product("slow", "<p>slow")
        let handler = PDFJobHandler(
            ProductCatalogue(path: templates.path),
            watch,
            LocalStorage(path: files.path),
            DownloadLinks(
                base: { "https://pdf.example.com" },
                link: DownloadLink(secret: Array("0123456789abcdef".utf8))
            ),
            RenderLimits(time: .seconds(300)),
            { Timestamp(seconds: 1_705_312_800) },
            .none
        )
        await #expect(throws: JobFailure("the document took longer than its time limit", isRetriable: false)) {
            try await handler.run(
                claimed("slow", timeout: .seconds(job)),
                progress: JobProgressReporter.make().reporter
            )
        }
        #expect(watch.given.withLock { $0 } == .seconds(renderer))
    }
}
