/// Whether the wall clock can be believed by those who remove what is old. A clock that has run ahead makes everything old, and what was
/// removed is gone for good. A pure value.
package struct ClockTrust: Hashable, Sendable {
    /// So many milliseconds the clock may run ahead between two looks.
    package static let tolerance: Int64 = 3_600_000
    /// One that stays ahead for so long, in milliseconds, is believed: the machine has slept, or this is the time.
    package static let patience: Int64 = 86_400_000

    /// Wall clock less the clock that is never set, when it was last believed.
    private var offset: Int64
    /// Since when it is not believed, by the clock that is never set.
    private var doubtedSince: Int64?

    /// - Parameter monotonic: milliseconds of a clock that is never set.
    package init(wall: Timestamp, monotonic: Int64) {
        offset = wall.milliseconds - monotonic
    }

    /// Looks at the clocks.
    ///
    /// - Returns: `nil` when the wall clock can be believed, else how many milliseconds it is ahead of what it should be.
    package mutating func doubt(wall: Timestamp, monotonic: Int64) -> Int64? {
        let now = wall.milliseconds - monotonic
        let ahead = now - offset
        let since = doubtedSince ?? monotonic
        guard ahead < Self.tolerance || monotonic - since >= Self.patience else {
            doubtedSince = since
            return ahead
        }
        (offset, doubtedSince) = (now, nil)
        return nil
    }
}
