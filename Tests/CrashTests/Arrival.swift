/// A request that the receiver read to its last byte.
struct Arrival: Sendable {
    /// `webhook-id`.
    var event: String
    /// `x-postback-attempt`.
    var attempt: Int
    /// The run of the relay that sent it, as its own header says.
    var run: Int
    var body: [UInt8]
    /// What the receiver did.
    var treatment: Treatment

    /// What the receiver does with a request.
    enum Treatment: String, Sendable {
        /// Answered with 200: for the receiver the event has happened.
        case taken
        /// Answered with 503.
        case refused
        /// The connection was closed without an answer.
        case dropped
    }
}
