import Deliveries
import FaultPoints

/// When a run is killed, drawn by lot.
struct KillMoment: Sendable {
    /// What the run is doing then.
    enum Kind: String, CaseIterable, Sendable {
        /// It is not up yet.
        case starting
        /// It stands at a named step, in the midst of the load.
        case step = "at a step"
        /// It is told to stop gracefully, and does not get that far.
        case stopping
        /// Anything.
        case working
    }

    let kind: Kind
    /// The step and its passage.
    private(set) var fault: FaultPoint?
    private(set) var passage = 1
    /// From the start, or from the time when it is up.
    private(set) var delay = Duration.zero
    /// From the wish to stop until the kill.
    private(set) var stopping = Duration.zero

    /// Draws one.
    init(_ random: inout SeededGenerator) {
        switch random.fraction() {
        case ..<0.2:
            kind = .starting
            delay = .milliseconds(Int(random.fraction() * 150))
        case ..<0.5:
            kind = .step
            fault = FaultPointTests.again.randomElement(using: &random)
            passage = .random(in: 1...20, using: &random)
        case ..<0.6:
            kind = .stopping
            delay = .milliseconds(Int(random.fraction() * 300))
            stopping = .milliseconds(Int(random.fraction() * 20))
        default:
            kind = .working
            delay = .milliseconds(Int(random.fraction() * 500))
        }
    }
}
