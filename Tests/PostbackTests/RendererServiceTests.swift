import Foundation
import Glibc
import Logging
import PDFWorker
import Testing

@testable import Postback

@Suite struct RendererServiceTests {
    @Test func `what a worker left is removed, and what another one has is not`() async throws {
        let path = NSTemporaryDirectory() + "postback-rendering-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let data = DataDirectory(path: path)
        let (left, held) = (data.path(of: "rendering-left"), data.path(of: "rendering-held"))
        for directory in [left, held] {
            try FileManager.default.createDirectory(atPath: directory + "/helper-1", withIntermediateDirectories: true)
        }
        let lock = open(held, O_RDONLY | O_DIRECTORY)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)

        let own = RendererService.newDirectory(in: data)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let renderer = WeasyPrintRenderer(python: "/nowhere/python3", workDirectory: own, logger: logger)
        let running = Task { try await RendererService(renderer: renderer, data: data, directory: own).run() }
        // It says so once it has looked for leftovers and tried.
        await #expect(throws: RenderFailure.self) { try await renderer.ready() }
        #expect(!FileManager.default.fileExists(atPath: left))
        #expect(FileManager.default.fileExists(atPath: held + "/helper-1"))
        #expect(FileManager.default.fileExists(atPath: own))
        running.cancel()
        try await running.value
        #expect(!FileManager.default.fileExists(atPath: own))
    }
}
