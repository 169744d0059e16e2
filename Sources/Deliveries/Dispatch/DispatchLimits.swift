/// What bounds the dispatcher, whatever the backlog.
package struct DispatchLimits: Hashable, Sendable {
    /// Requests in flight over all destinations that are known to answer. To those that are not, half as many more may begin; those that
    /// fall silent with requests under way take theirs along, up to as many again.
    package var inFlight: Int
    /// Deliveries held in memory over all destinations; each takes about 150 bytes. A destination may always hold
    /// ``smallestWindow``.
    package var held: Int
    /// Deliveries that one destination may hold; the rest of its work stays in the ledger.
    package var window: Int
    /// What a destination may hold even when very many have work.
    package var smallestWindow: Int
    /// Results that may wait for the ledger before no more is sent.
    package var unrecorded: Int
    /// How far ahead of their time retries are read from the ledger, in milliseconds: one read serves all that fall due in it.
    package var horizon: Int64

    /// Makes limits; without arguments, the defaults.
    package init(
        inFlight: Int = 1024,
        held: Int = 65_536,
        window: Int = 1024,
        smallestWindow: Int = 8,
        unrecorded: Int = 4096,
        horizon: Int64 = 200
    ) {
        self.inFlight = inFlight
        self.held = held
        self.window = window
        self.smallestWindow = smallestWindow
        self.unrecorded = unrecorded
        self.horizon = horizon
    }
}
