/// A fault that is planted in a world, never in the dispatcher, to see that it is found.
package enum Fault: String, CaseIterable, Sendable {
    /// The recorder's news of a result does not reach the dispatcher.
    case losesRecordedNotice = "loses-recorded-notice"
    /// The ledger says that it wrote a result, and did not.
    case losesResult = "loses-result"
    /// Intake does not say beforehand what it is about to commit, and its notices come late.
    case announcesTooLate = "announces-too-late"
}
