/// Something that must never happen did.
package struct InvariantViolation: Error, Hashable, CustomStringConvertible {
    /// The promises that are held to, by what is lost when one is broken.
    package enum Rule: String, Sendable {
        /// Every delivery that was admitted ends or is due.
        case nothingLost = "nothing is lost"
        /// A delivery is in flight once, is not sent while its result is recorded, and not after it ended.
        case nothingDoubled = "nothing is sent twice"
        /// The limits of destinations and of the whole.
        case limits = "no limit is exceeded"
        /// What a destination's state allows.
        case states = "the state of a destination is kept"
        /// What is due is attended to when there is room for it.
        case nothingForgotten = "nothing is forgotten"
        /// Neither a destination nor a delivery waits for ever behind others.
        case nothingStarved = "nothing is starved"
        /// What is in memory is bounded and is let go.
        case memory = "memory is bounded"
        /// Nothing is done over and over without effect.
        case rest = "the world comes to rest"
        /// The dispatcher's account of itself is true.
        case account = "the account is true"
    }

    package var rule: Rule
    package var message: String

    package var description: String { "\(rule.rawValue): \(message)" }
}
