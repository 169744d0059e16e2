/// Makes ids that rise for ever, whatever the clock does.
///
/// The low 22 bits are a counter that starts anew each millisecond at the process' own number, so that two processes
/// that share a ledger do not make the same id.
package struct DeliveryIDGenerator: Sendable {
    /// 2024-01-01T00:00:00Z: 41 bits of milliseconds from here last until 2093.
    static let epoch = Timestamp(milliseconds: 1_704_067_200_000)
    static let sequenceBits: Int64 = 12
    static let nodeBits: Int64 = 10

    private let node: Int64
    private var millisecond: Int64 = 0
    private var sequence: Int64 = 0

    /// - Parameter node: tells processes apart; its low ten bits are used. Choose it at random.
    package init(node: UInt16) {
        self.node = Int64(node) & (1 << Self.nodeBits - 1)
    }

    /// The next id: never lower than the one before, even when the clock went back.
    package mutating func next(at now: Timestamp) -> DeliveryID {
        let elapsed = max(0, min(now.milliseconds(since: Self.epoch), 1 << 41 - 1))
        if elapsed > millisecond {
            millisecond = elapsed
            sequence = 0
        } else {
            sequence += 1
            if sequence == 1 << Self.sequenceBits {
                // More than 4,096 in a millisecond, or a clock that stands still: borrow from the next one.
                millisecond += 1
                sequence = 0
            }
        }
        let raw = millisecond << (Self.nodeBits + Self.sequenceBits) | sequence << Self.nodeBits | node
        return DeliveryID(rawValue: raw)
    }
}
