import Deliveries
import JobQueue
import Signing
import Synchronization
import Testing

@testable import PDFWorker

@Suite struct OvertakenWorkerTests {
    /// Makes the same document always, after something else has happened.
    private struct FixedRenderer: Renderer {
        let pdf: String
        let meanwhile: @Sendable () async -> Void

        func waitUntilUsable() async {}

        func render(_ request: RenderRequest) async throws(RenderFailure) -> RenderedDocument {
            await meanwhile()
            return RenderedDocument(pdf: Array(pdf.utf8), pages: 1, milliseconds: 1, warnings: [])
        }
    }

    @Test func `a worker that lost its job while it rendered leaves the document that was announced`() async throws {
        let (templates, files) = (try Folder(), try Folder())
        try templates.product("report", "<p>report")
        let job = claimed("report")
        let handler = { (pdf: String, meanwhile: @escaping @Sendable () async -> Void) in
            PDFJobHandler(
                ProductCatalogue(path: templates.path),
                FixedRenderer(pdf: pdf, meanwhile: meanwhile),
                LocalStorage(path: files.path),
                DownloadLinks(
                    base: { "https://pdf.example.com" },
                    link: DownloadLink(secret: Array("0123456789abcdef".utf8))
                ),
                RenderLimits(),
                { Timestamp(seconds: 1_705_312_800) },
                .none
            )
        }
        let theirs = handler("theirs", {})
        let announced = Mutex<[UInt8]?>(nil)
        let ours = handler(
            "ours",
            {
                let result = try? await theirs.run(job, progress: JobProgressReporter.make().reporter)
                announced.withLock { $0 = result }
            }
        )
        let result = try await ours.run(job, progress: JobProgressReporter.make().reporter)
        #expect(announced.withLock { $0 } == result)
        let stored = await LocalStorage(path: files.path).record(of: job.lease.job)
        #expect(stored?.sha256 == Hexadecimal.encode(sha256(Array("theirs".utf8))))
    }
}
