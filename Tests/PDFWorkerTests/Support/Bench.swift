import Deliveries
import Foundation
import JobQueue
import Logging
import Signing
import Testing

@testable import PDFWorker

/// A renderer with a real helper, and a handler around it, with folders of their own.
struct Bench: Sendable {
    let templates: Folder
    let files: Folder
    let renderer: WeasyPrintRenderer
    let storage: LocalStorage
    let handler: PDFJobHandler

    /// Runs `body` beside a renderer that is ready, and ends the renderer after it.
    static func run(
        templates: String? = nil,
        limits: RenderLimits = RenderLimits(time: .seconds(120)),
        documentsPerHelper: Int = 200,
        _ body: (Bench) async throws -> Void
    ) async throws {
        let folder = try Folder()
        let files = try Folder()
        let renderer = WeasyPrintRenderer(
            python: testPython,
            workDirectory: files.path + "/work",
            documentsPerHelper: documentsPerHelper,
            logger: .none
        )
        let storage = LocalStorage(path: files.path + "/documents")
        let handler = PDFJobHandler(
            catalogue: ProductCatalogue(path: templates ?? folder.path),
            renderer: renderer,
            storage: storage,
            links: DownloadLinks(
                base: { "https://pdf.example.com" },
                link: DownloadLink(secret: Array("0123456789abcdef".utf8))
            ),
            limits: limits,
            now: { Timestamp(seconds: 1_705_312_800) },
            logger: .none
        )
        let bench = Bench(templates: folder, files: files, renderer: renderer, storage: storage, handler: handler)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await renderer.run() }
            defer { tasks.cancelAll() }
            try await renderer.ready()
            try await body(bench)
        }
    }

    /// Runs a job as a worker does.
    func run(_ job: ClaimedJob) async throws(JobFailure) -> JSONValue {
        let result = try await handler.run(job, progress: JobProgressReporter.make().reporter)
        guard let object = try? JSONObjectBytes(result) else {
            throw JobFailure("the result is no object", isRetriable: false)
        }
        return JSONReader.value(of: object)
    }

    /// Renders a template without data and returns why it failed.
    func failure(of template: String, files: [String: String] = [:], timeout: Duration = .seconds(60)) async throws
        -> JobFailure
    {
        let id = "p" + UUID().uuidString.prefix(8)
        try templates.product(id, template, files: files)
        do {
            let result = try await run(claimed(id, timeout: timeout))
            Issue.record("it was rendered: \(result)")
            return JobFailure("", isRetriable: false)
        } catch {
            return error
        }
    }

    /// The document of a job.
    func document(_ job: ClaimedJob) -> [UInt8] {
        Array(FileManager.default.contents(atPath: storage.documentPath(of: job.lease.job)) ?? Data())
    }

    /// The helper that runs now.
    func helper() async throws -> Int32 {
        try await renderer.ready()
        _ = try await eventually { renderer.helperProcess != nil }
        return try #require(renderer.helperProcess)
    }
}
