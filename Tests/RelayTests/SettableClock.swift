import Deliveries
import Relay
import Synchronization

/// A wall clock that a test sets, beside the machine's clock that nobody sets.
final class SettableClock: Sendable {
    private let shift = Mutex<Int64>(0)

    /// The wall clock's time.
    var now: Timestamp {
        RelayClock.system.now().advanced(byMilliseconds: shift.withLock { $0 })
    }

    /// What the services of a relay are handed.
    var relayClock: RelayClock {
        RelayClock(now: { self.now }, monotonicMilliseconds: RelayClock.system.monotonicMilliseconds)
    }

    /// Sets the wall clock forward or back.
    func set(byMilliseconds change: Int64) {
        shift.withLock { $0 += change }
    }
}
