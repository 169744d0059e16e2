import Deliveries
import Foundation
import JobQueue
import Logging
import Signing
import Synchronization
import Testing

@testable import PDFWorker

/// Documents on the disk, and what becomes of those that are old.
@Suite struct StorageTests {
    private static let document = Array("%PDF-1.7 a document".utf8)
    private static let day = Duration.seconds(86_400)

    /// A clock that stands until a test moves it; it begins at the machine's time, which the files have.
    private final class ManualClock: Sendable {
        private let shift = Mutex(Duration.zero)
        var now: Timestamp {
            Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
                .advanced(byMilliseconds: shift.withLock { $0.wholeMilliseconds })
        }
        func advance(by duration: Duration) { shift.withLock { $0 += duration } }
    }

    /// A storage with its service. The service does not pause.
    private struct Stand {
        let folder: Folder
        let storage: LocalStorage
        let clock = ManualClock()
        let service: DocumentRetentionService

        init() throws {
            folder = try Folder()
            storage = LocalStorage(path: folder.path + "/documents")
            service = DocumentRetentionService(
                storage: storage,
                retention: DocumentRetention(documents: day * 30),
                now: { [clock] in clock.now },
                sleep: { _ in },
                logger: .none
            )
        }

        func store(_ job: JobID = JobID()) async throws -> JobID {
            let record = DocumentRecord(
                fingerprint: "f",
                filename: "p_c.pdf",
                sha256: Hexadecimal.encode(sha256(document)),
                size: document.count,
                pages: 1,
                renderMilliseconds: 1
            )
            try await storage.store(document, record, of: job)
            return job
        }

        func hasDocument(_ job: JobID) -> Bool {
            FileManager.default.fileExists(atPath: storage.documentPath(of: job))
        }

        /// Everything below the storage's folder.
        var files: Set<String> {
            Set(FileManager.default.enumerator(atPath: storage.path)?.compactMap { $0 as? String } ?? [])
        }
    }

    @Test func `a document and its record go when they are old, and no sooner`() async throws {
        let stand = try Stand()
        let first = try await stand.store()
        stand.clock.advance(by: Self.day * 29)
        #expect(await stand.service.pass() == 0)
        #expect(await stand.storage.record(of: first)?.filename == "p_c.pdf")
        stand.clock.advance(by: Self.day * 2)
        #expect(await stand.service.pass() == 2)
        #expect(!stand.hasDocument(first))
        #expect(await stand.storage.record(of: first) == nil)
        #expect(stand.files == [String(first.text.prefix(2))])
        // The folder is used again.
        #expect(stand.hasDocument(try await stand.store(first)))
    }

    @Test func `a document that its job finds again is kept as long as one that is stored now`() async throws {
        let stand = try Stand()
        let (found, forgotten) = (try await stand.store(), try await stand.store())
        for job in [found, forgotten] {
            let document = stand.storage.documentPath(of: job)
            for path in [document, document.dropLast(3) + "json"] {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -40 * 86_400)],
                    ofItemAtPath: path
                )
            }
        }
        #expect(await stand.storage.record(of: found) != nil)
        #expect(await stand.service.pass() == 2)
        #expect(stand.hasDocument(found))
        #expect(!stand.hasDocument(forgotten))
        #expect(await stand.storage.record(of: found) != nil)
    }

    @Test func `what was half written goes after a day`() async throws {
        let stand = try Stand()
        let job = try await stand.store()
        let temporaries = [".pdf.0123abcd.part", ".json.0123abcd.part"].map { "\(job.text.prefix(2))/\(job)\($0)" }
        for name in temporaries { try stand.folder.write("%PDF", to: "documents/\(name)") }
        stand.clock.advance(by: Self.day - .seconds(60))
        #expect(await stand.service.pass() == 0)
        #expect(stand.files.isSuperset(of: temporaries))
        stand.clock.advance(by: .seconds(120))
        #expect(await stand.service.pass() == 2)
        #expect(stand.files.isDisjoint(with: temporaries))
        #expect(await stand.storage.record(of: job) != nil)
    }

    @Test func `what is not ours stays, and links lead nowhere`() async throws {
        let stand = try Stand()
        let (job, other) = (JobID(), JobID())
        let documents = stand.storage.path
        for name in [
            "readme.txt", "\(job).pdf", "zz/\(job).pdf", "abc/\(job).pdf", "ab/notes.pdf", "ab/\(job).txt",
            "ab/\(job.text.uppercased()).pdf", "ab/\(job).pdf.part", "ab/\(job).pdf.0123abcg.part",
            "ab/\(other).pdf/\(other).pdf",
        ] {
            try stand.folder.write("x", to: "documents/\(name)")
        }
        try stand.folder.write("x", to: "elsewhere/\(job).pdf")
        try stand.folder.write("x", to: "elsewhere.pdf")
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: documents + "/cd", withDestinationPath: stand.folder.path + "/elsewhere")
        try manager.createSymbolicLink(atPath: documents + "/ce", withDestinationPath: documents + "/readme.txt")
        try manager.createSymbolicLink(
            atPath: documents + "/ab/\(job).pdf",
            withDestinationPath: stand.folder.path + "/elsewhere.pdf"
        )
        let before = stand.files
        stand.clock.advance(by: Self.day * 3650)
        #expect(await stand.service.pass() == 0)
        #expect(stand.files == before)
        #expect(manager.fileExists(atPath: stand.folder.path + "/elsewhere/\(job).pdf"))
        #expect(manager.fileExists(atPath: stand.folder.path + "/elsewhere.pdf"))
    }

    @Test func `the storage itself may be a link, and need not be there`() async throws {
        let stand = try Stand()
        #expect(await stand.service.pass() == 0)
        try FileManager.default.createDirectory(
            atPath: stand.folder.path + "/volume",
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
            atPath: stand.storage.path,
            withDestinationPath: stand.folder.path + "/volume"
        )
        _ = try await stand.store()
        stand.clock.advance(by: Self.day * 31)
        #expect(await stand.service.pass() == 2)
    }

    @Test func `a pass removes so many files, the next goes on`() async throws {
        let stand = try Stand()
        for _ in 0..<3 { _ = try await stand.store() }
        stand.clock.advance(by: Self.day * 31)
        #expect(await stand.service.pass(limit: 4) == 4)
        #expect(await stand.service.pass(limit: 4) == 2)
        #expect(await stand.service.pass(limit: 4) == 0)
    }

    @Test(arguments: [true, false])
    func `it looks again and again until it is told to stop, and believes no clock that runs ahead`(isRight: Bool)
        async throws
    {
        let stand = try Stand()
        let job = try await stand.store()
        let (rounds, round) = AsyncStream<Void>.makeStream()
        let service = DocumentRetentionService(
            storage: stand.storage,
            retention: DocumentRetention(documents: Self.day * 30),
            now: { [clock = stand.clock] in clock.now },
            monotonic: { [clock = stand.clock] in isRight ? clock.now.milliseconds : 0 },
            sleep: { [clock = stand.clock] in
                guard $0 == DocumentRetentionService.interval else { return }
                clock.advance(by: Self.day * 20)
                round.yield()
            },
            logger: .none
        )
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await service.run() }
            var iterator = rounds.makeAsyncIterator()
            for _ in 0..<3 { await iterator.next() }
            tasks.cancelAll()
        }
        #expect(stand.hasDocument(job) != isRight)
    }

    @Test func `what is too old is a matter of kind and time`() {
        let retention = DocumentRetention(documents: .seconds(3600))
        let now = Timestamp(seconds: 1_000_000)
        for (file, age, isOld) in [
            (StoredFile.finished, Int64(0), false), (.finished, 3_600_000, false), (.finished, 3_600_001, true),
            (.temporary, 3_600_001, false), (.temporary, 86_400_000, false), (.temporary, 86_400_001, true),
            (.finished, -3_600_001, false), (.temporary, -86_400_001, false),
        ] {
            #expect(
                retention.isOld(file, modified: now.advanced(byMilliseconds: -age), at: now) == isOld,
                "\(file) \(age)"
            )
        }
        #expect(!retention.isOld(.finished, modified: .distantFuture, at: now))
        #expect(retention.isOld(.finished, modified: Timestamp(milliseconds: .min), at: now))
    }
}
