/// Makes ids that rise for ever, whatever the clock does.
///
/// The highest of the low 22 bits is set, which tells these ids from those that are made of a stream entry's
/// (``DeliveryID/init(entryID:)``). The others are a counter that starts anew each millisecond and the process' own number,
/// so that two processes that share a ledger do not make the same id.
package struct DeliveryIDGenerator: Sendable {
    /// 2024-01-01T00:00:00Z: 41 bits of milliseconds from here last until 2093.
    static let epoch = Timestamp(milliseconds: 1_704_067_200_000)
    static let sequenceBits: Int64 = 11
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
                // More than 2,048 in a millisecond, or a clock that stands still: borrow from the next one.
                millisecond += 1
                sequence = 0
            }
        }
        return DeliveryID(elapsed: millisecond, isMade: true, sequence: sequence, node: node)
    }
}
