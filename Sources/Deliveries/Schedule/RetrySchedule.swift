/// The delays between attempts, each counted from the end of the attempt before.
package struct RetrySchedule: Hashable, Sendable {
    /// One delay for each retry, in milliseconds; when they are used up the delivery is dead.
    package var delays: [Int64]

    /// Makes a schedule of delays in milliseconds.
    package init(delays: [Int64]) {
        self.delays = delays
    }

    /// 5 s, 30 s, 2 m, 4 m, 8 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h (contract section 4).
    package static let standard = RetrySchedule(
        delays: [5, 30, 120, 240, 480, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map { $0 * 1000 }
    )

    /// The delay before the retry that follows `step` used delays, or `nil` when none is left.
    package func delay(afterStep step: Int) -> Int64? {
        delays.indices.contains(step) ? delays[step] : nil
    }

    /// The delays in the not-ready lane, 1, 2, 4, 8, 15, 15 … s, in milliseconds.
    package static func notReadyDelay(afterTries tries: Int) -> Int64 {
        tries < 4 ? 1000 << Int64(max(0, tries)) : 15_000
    }

    /// How long the not-ready lane is kept before the ordinary schedule takes over, in milliseconds.
    package static let notReadyLimit: Int64 = 15 * 60 * 1000

    /// A delay with jitter, which only adds and at most a tenth, so that no hint of the receiver is undercut.
    ///
    /// - Parameter fraction: 0 to 1, drawn at random by the caller.
    package static func jittered(_ delay: Int64, fraction: Double) -> Int64 {
        delay.addingSaturating(Int64(Double(max(0, delay)) * 0.1 * min(max(fraction, 0), 1)))
    }
}
