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
    /// Bodies for which there was no room since somebody looked.
    private var refused = 0

    /// - Parameter limit: bytes of bodies, and of 512 more for each entry.
    init(limit: Int) {
        self.limit = limit
        self.sweepAbove = limit / 2
    }

    mutating func hasRoom(for payload: DeliveryPayload) -> Bool {
        let hasRoom = bytes + Self.size(payload) <= limit
        if !hasRoom { refused += 1 }
        return hasRoom
    }

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

    /// Whether it is time to drop what is no longer wanted: it has grown since the last time, or it is full and so many found no room that
    /// looking again costs little beside them.
    var isCrowded: Bool { bytes > sweepAbove || refused > 64 + payloads.count / 8 }

    /// Drops what `isWanted` does not name.
    mutating func keep(_ isWanted: (DeliveryID) -> Bool) {
        payloads = payloads.filter { isWanted($0.key) }
        bytes = payloads.values.reduce(0) { $0 + Self.size($1) }
        sweepAbove = max(limit / 2, bytes + limit / 8)
        refused = 0
    }

    private static func size(_ payload: DeliveryPayload) -> Int { payload.body.count + 512 }
}
