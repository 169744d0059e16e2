package import JobQueue

/// Where finished documents are kept, each under its job's id.
package protocol DocumentStorage: Sendable {
    /// Keeps a document and its record. When this returns, both survive a power cut; before that, neither is seen in part.
    func store(_ document: [UInt8], _ record: DocumentRecord, of job: JobID) async throws(StorageError)

    /// The record of a document that is there, whole and unchanged; `nil` otherwise.
    func record(of job: JobID) async -> DocumentRecord?
}
