import Deliveries
import Ledger

/// Bodies of new deliveries, so that their first attempt needs no read and need not wait for the ledger. Bounded in bytes: what does
/// not fit is written first, and read from the ledger when its turn comes.
struct PayloadCache {
    private var payloads: [DeliveryID: DeliveryPayload] = [:]
    private var bytes = 0
    private let limit: Int
    /// Above so many bytes it is worth looking for entries that nobody wants any more.
    private var sweepAbove: Int

    /// - Parameter limit: bytes of bodies, and of 512 more for each entry.
    init(limit: Int) {
        self.limit = limit
        self.sweepAbove = limit / 2
    }

    func hasRoom(for payload: DeliveryPayload) -> Bool { bytes + Self.size(payload) <= limit }

    /// Keeps a body for which there is room.
    mutating func insert(_ payload: DeliveryPayload) {
        let size = Self.size(payload)
        if let old = payloads.updateValue(payload, forKey: payload.id) { bytes -= Self.size(old) }
        bytes += size
    }

    mutating func take(_ id: DeliveryID) -> DeliveryPayload? {
        guard let payload = payloads.removeValue(forKey: id) else { return nil }
        bytes -= Self.size(payload)
        return payload
    }

    /// Whether it is time to drop what is no longer wanted.
    var isCrowded: Bool { bytes > sweepAbove }

    /// Drops what `isWanted` does not name.
    mutating func keep(_ isWanted: (DeliveryID) -> Bool) {
        payloads = payloads.filter { isWanted($0.key) }
        bytes = payloads.values.reduce(0) { $0 + Self.size($1) }
        // Always below the limit: once nothing more fits, somebody must still look.
        sweepAbove = min(max(limit / 2, bytes + limit / 8), limit - limit / 16)
    }

    private static func size(_ payload: DeliveryPayload) -> Int { payload.body.count + 512 }
}
