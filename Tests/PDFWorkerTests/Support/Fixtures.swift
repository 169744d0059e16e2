import Deliveries
import Foundation
import JobQueue
import Logging
import Testing

@testable import PDFWorker

/// The top of the repository.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

/// The Python that deploy/setup has prepared.
let testPython = repository + "/.build/weasyprint/bin/python3"

/// A new directory that is removed with the last reference.
final class Folder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/postback-pdf-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file, with the folders that it needs.
    func write(_ text: String, to name: String) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    /// Writes a product.
    func product(_ id: String, _ template: String, yaml: String = "title: Test", files: [String: String] = [:]) throws {
        try write(yaml, to: "\(id)/product.yaml")
        try write(template, to: "\(id)/template.html")
        for (name, text) in files { try write(text, to: "\(id)/\(name)") }
    }
}

extension Logger {
    static var none: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// A job as a worker claims it.
func claimed(
    _ product: String,
    data: String = "{}",
    code: String = "USER123",
    userName: String? = nil,
    id: JobID = JobID(),
    timeout: Duration = .seconds(60)
) -> ClaimedJob {
    ClaimedJob(
        lease: JobLease(job: id, queue: .pdf, fence: 1),
        kind: "pdf",
        payload: PDFRequest(code: code, productID: product, userName: userName, data: Array(data.utf8)).payload,
        retryCount: 0,
        maxRetries: 3,
        timeout: timeout
    )
}

/// Whether the condition holds within the time; looked at often, because what it is about (a process, a file) gives no sign.
func eventually(within limit: Duration = .seconds(10), _ condition: () -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return condition()
}

/// The processes below this one, by id, with their parent.
func processes() -> [(id: Int32, parent: Int32)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { name in
        guard let id = Int32(name), let line = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
            let end = line.lastIndex(of: ")")
        else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        // A process that has ended and was not yet waited for is no process.
        guard fields.count > 1, fields[0] != "Z", let parent = Int32(fields[1]) else { return nil }
        return (id, parent)
    }
}

func children(of parent: Int32) -> [Int32] {
    processes().filter { $0.parent == parent }.map(\.id)
}
