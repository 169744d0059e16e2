/// A job that ended, on its way to its permanent record.
package struct EndedJob: Hashable, Sendable {
    /// The archive stream's entry, for the acknowledgement.
    package var entryID: String
    /// The job as it was when it ended; `nil` if the entry cannot be read or was deleted: all there is to do is to acknowledge it.
    package var job: JobRecord?

    package init(entryID: String, job: JobRecord?) {
        self.entryID = entryID
        self.job = job
    }
}
