import Deliveries

/// How long documents are kept.
package struct DocumentRetention: Hashable, Sendable {
    /// How long a document is kept after it was stored, or found again by a job that was run again.
    package var documents: Duration

    /// What was being written for so long is not being written any more: a run takes an hour at most.
    static let temporaries = Duration.seconds(86_400)

    /// Makes a retention; without arguments, of 30 days.
    package init(documents: Duration = .seconds(30 * 86_400)) {
        self.documents = documents
    }

    /// Whether a file is too old to be kept.
    ///
    /// - Parameter modified: when it was last written. A time in the future, after the clock was set back, is not old.
    func isOld(_ file: StoredFile, modified: Timestamp, at now: Timestamp) -> Bool {
        let life =
            switch file {
            case .finished: documents
            case .temporary: Self.temporaries
            }
        return now.milliseconds(since: modified) > life.wholeMilliseconds
    }
}
