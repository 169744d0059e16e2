import Deliveries
import Ledger
import Testing

@testable import Relay

@Suite("Bodies that wait to be sent")
struct PayloadCacheTests {
    private func payload(_ number: Int64) -> DeliveryPayload {
        DeliveryPayload(
            id: DeliveryID(rawValue: number),
            eventID: "\(number)",
            type: "job.completed",
            body: Array(repeating: 0x20, count: 1024 - 512),
            traceparent: nil,
            destination: "a",
            url: "https://a.example/",
            publishedAt: Timestamp(milliseconds: 0)
        )
    }

    @Test("are still looked through after nearly all of them were wanted, so that room comes back")
    func sweepsAgain() {
        var cache = PayloadCache(limit: 64 << 10)
        for number in Int64(1)...64 { cache.insert(payload(number)) }
        #expect(cache.isCrowded)
        cache.keep { _ in true }
        #expect(!cache.isCrowded, "it was looked through a moment ago")
        // Their destination has stopped: nobody wants them any more, and others find no room.
        for _ in 0..<1000 where !cache.isCrowded {
            let hasRoom = cache.hasRoom(for: payload(65))
            #expect(!hasRoom)
        }
        #expect(cache.isCrowded)
        cache.keep { _ in false }
        #expect(!cache.isCrowded)
        let hasRoom = cache.hasRoom(for: payload(65))
        #expect(hasRoom)
    }
}
