import API
import Deliveries
import Foundation
import JobQueue
import PDFWorker
import ReceiverTestSupport
import Testing

@testable import Postback

@Suite struct DocumentsTests {
    private let directory: TemporaryDirectory
    private let documents: Documents
    private var job = JobRecord(JobSubmission(payload: [], createdAt: Timestamp(milliseconds: 0)))

    init() async throws {
        directory = try TemporaryDirectory()
        let storage = LocalStorage(path: directory.path)
        documents = Documents(catalogue: ProductCatalogue(path: directory.path), storage: storage)
        job.status = .completed
        job.result = Array(#"{"pdf_filename":"p_c.pdf","pdf_file_size":8,"sha256":"00"}"#.utf8)
        let record = DocumentRecord(
            fingerprint: "f",
            filename: "p_c.pdf",
            sha256: "00",
            size: 8,
            pages: 1,
            renderMilliseconds: 1
        )
        try await storage.store(Array("document".utf8), record, of: job.id)
    }

    private var path: String { documents.storage.documentPath(of: job.id) }

    @Test func `a document that is there is found`() {
        #expect(documents.document(of: job)?.filename == "p_c.pdf")
    }

    @Test func `one that is not what was announced is not there`() throws {
        try Data("docume".utf8).write(to: URL(fileURLWithPath: path))
        #expect(documents.document(of: job) == nil)
    }

    @Test func `a link or a directory in its place is no document`() throws {
        let other = directory.path + "/other"
        try Data("document".utf8).write(to: URL(fileURLWithPath: other))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other)
        #expect(documents.document(of: job) == nil)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(documents.document(of: job) == nil)
    }
}
