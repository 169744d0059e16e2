/// What became of a run.
package struct FuzzReport: Hashable, Sendable {
    /// How many inputs were tried.
    package var inputs = 0
    /// How many of them the parser took. A run in which it takes none shows little.
    package var accepted = 0
    /// The input at which the run ended, if one was answered wrongly.
    package var failure: FuzzFailure?

    /// A report of nothing.
    package init() {}
}
