import Deliveries
import Relay

/// The time now, for commands that have no relay.
enum RelayClockReading {
    static var now: Timestamp { RelayClock.system.now() }
    static var nowSeconds: Int64 { now.seconds }
}
