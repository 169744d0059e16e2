import Deliveries
import JobQueue
import Ledger

/// A place in the list of jobs, which is ordered by the time they were made and then by id, both descending.
struct JobListPosition: Hashable, Comparable {
    var createdAt: Timestamp
    var id: String

    init(_ record: JobRecord) {
        createdAt = record.createdAt
        id = record.id.text
    }

    init(_ job: ArchivedJob) {
        createdAt = job.createdAt
        id = job.id
    }

    /// Reads a cursor; `nil` if it is none.
    init?(cursor: String) {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = JobID(parts[1]) else { return nil }
        createdAt = Timestamp(milliseconds: milliseconds)
        self.id = id.text
    }

    /// Opaque to callers.
    var cursor: String { "\(createdAt.milliseconds).\(id)" }

    static func < (left: JobListPosition, right: JobListPosition) -> Bool {
        (left.createdAt, left.id) < (right.createdAt, right.id)
    }
}
