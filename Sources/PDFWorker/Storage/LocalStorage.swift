import Dispatch
import Foundation
package import JobQueue
import Signing

/// Keeps documents in a directory: `{first two characters of the id}/{id}.pdf`, with `{id}.json` beside it.
///
/// A file is written under another name, brought to the disk and then renamed, so that a reader finds all of it or nothing.
/// Only this user may read them.
package struct LocalStorage: DocumentStorage {
    /// The directory.
    package let path: String

    /// - Parameter path: made with the first document if it is not there.
    package init(path: String) {
        self.path = path
    }

    /// Where the document of a job is, if it is anywhere.
    package func documentPath(of job: JobID) -> String {
        "\(directory(of: job))/\(job.text).pdf"
    }

    package func store(_ document: [UInt8], _ record: DocumentRecord, of job: JobID) async throws(StorageError) {
        try await onFileQueue { () throws(StorageError) in
            let directory = directory(of: job)
            guard
                (try? FileManager.default.createDirectory(
                    atPath: directory,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )) != nil
            else { throw Self.error("cannot make \(directory)") }
            try Self.write(document, to: documentPath(of: job))
            try Self.write(Self.encode(record), to: recordPath(of: job))
            try Self.flush(directory)
            // The directory itself may be new.
            try Self.flush(path)
        }
    }

    package func record(of job: JobID) async -> DocumentRecord? {
        try? await onFileQueue { () throws(StorageError) in
            // Its link is made anew: it is kept as long as one that is stored now. First, so that a removal
            // that begins now leaves it; one that is under way may still take it, and the link then says that it is gone.
            touch(documentPath(of: job), recordPath(of: job))
            guard let text = FileManager.default.contents(atPath: recordPath(of: job)),
                let record = try? JSONDecoder().decode(DocumentRecord.self, from: text),
                let document = FileManager.default.contents(atPath: documentPath(of: job)),
                document.count == record.size, Hexadecimal.encode(sha256(Array(document))) == record.sha256
            else { return nil }
            return record
        }
    }

    private func directory(of job: JobID) -> String { "\(path)/\(job.text.prefix(2))" }
    private func recordPath(of job: JobID) -> String { "\(directory(of: job))/\(job.text).json" }

    /// Files block; they do so on a thread of Dispatch's, not on one that all tasks share.
    func onFileQueue<Value: Sendable>(
        _ work: @escaping @Sendable () throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Result(catching: work)) }
        }
        return try result.get()
    }

    private static func encode(_ record: DocumentRecord) throws(StorageError) -> [UInt8] {
        guard let text = try? JSONEncoder().encode(record) else { throw StorageError("cannot encode a record") }
        return Array(text)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
        // Two workers may hold the same job for a moment, when a lease is lost: each writes a file of its own.
        let temporary = "\(path).\(Hexadecimal.encode(randomBytes(4))).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw error("cannot write \(temporary)") }
        var isKept = false
        defer { if !isKept { unlink(temporary) } }
        var written = 0
        var failure: StorageError?
        while written < bytes.count, failure == nil {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                failure = error("cannot write \(path)")
            }
        }
        if failure == nil, fsync(descriptor) != 0 { failure = error("cannot write \(path)") }
        close(descriptor)
        if let failure { throw failure }
        guard rename(temporary, path) == 0 else { throw error("cannot rename \(temporary)") }
        isKept = true
    }

    /// Brings the names in a directory to the disk.
    private static func flush(_ directory: String) throws(StorageError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error("cannot open \(directory)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw error("cannot write \(directory)") }
    }

    /// What the system says of the call that failed last.
    static func error(_ what: String) -> StorageError {
        StorageError("\(what): \(String(cString: strerror(errno)))")
    }
}
