import Deliveries
import Synchronization

/// A clock that stands still until it is set.
final class SettableClock: Sendable {
    private let time = Mutex(Sample.now)

    var now: Timestamp { time.withLock { $0 } }

    func advance(by duration: Duration) {
        time.withLock { $0 = $0.advanced(byMilliseconds: Int64(duration / .milliseconds(1))) }
    }
}
