/// A fault that is planted in a world, never in the dispatcher, to see that it is found.
package enum Fault: String, CaseIterable, Sendable {
    /// The recorder's news of a result does not reach the dispatcher.
    case losesRecordedNotice = "loses-recorded-notice"
    /// The ledger says that it wrote a result, and did not.
    case losesResult = "loses-result"
    /// The dispatcher does not hear that a delivery is in the ledger which it was offered or never had.
    case losesWrittenNotice = "loses-written-notice"
}
