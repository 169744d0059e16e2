import Deliveries

/// A span before now, as `since` and `until` take it: `90s`, `30m`, `24h`, `7d`.
enum RelativeTime {
    /// The time that lies the written span before `now`; `nil` for anything but one to five digits and a unit.
    static func before(_ now: Timestamp, _ text: String) -> Timestamp? {
        let digits = text.utf8.dropLast()
        guard (1...5).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(String(text.dropLast())), count > 0
        else { return nil }
        let unit: Int64
        switch text.utf8.last {
        case UInt8(ascii: "s"): unit = 1000
        case UInt8(ascii: "m"): unit = 60_000
        case UInt8(ascii: "h"): unit = 3_600_000
        case UInt8(ascii: "d"): unit = 86_400_000
        default: return nil
        }
        return now.advanced(byMilliseconds: -count * unit)
    }
}
