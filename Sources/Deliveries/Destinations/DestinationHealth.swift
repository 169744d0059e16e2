/// How a destination stands (docs/how-it-works.md, part 2).
package enum DestinationHealth: String, Sendable, CaseIterable {
    /// Answers; its deliveries go out as fast as its limits allow.
    case healthy
    /// Kept failing: its deliveries wait, one probe at a time asks whether it is back.
    case suspended
    /// A probe succeeded: the number of requests at once is growing back to its limit.
    case ramping
    /// Stopped by someone until resumed.
    case paused
    /// Answered 410: stopped until someone resumes it.
    case gone
}
