/// Remembers the latest 100 signs from a destination, and says when it keeps failing (contract section 4: 10 in a row, or half
/// of the last 100).
struct HealthWindow: Sendable {
    static let failuresInARow = 10
    static let size = 100
    static let failuresInWindow = 50

    private(set) var consecutiveFailures = 0
    private var failures = 0
    private var count = 0
    private var position = 0
    /// One bit a sign, set for a failure: 100 of 128 bits.
    private var bits: (UInt64, UInt64) = (0, 0)

    /// Notes one sign.
    mutating func note(success: Bool) {
        consecutiveFailures = success ? 0 : consecutiveFailures + 1
        if count == Self.size {
            if bit(position) { failures -= 1 }
        } else {
            count += 1
        }
        setBit(position, !success)
        if !success { failures += 1 }
        position = (position + 1) % Self.size
    }

    /// Why the destination should be suspended, or `nil` while it should not.
    var reasonToSuspend: String? {
        if consecutiveFailures >= Self.failuresInARow { return "\(consecutiveFailures) failures in a row" }
        if failures >= Self.failuresInWindow { return "\(failures) of the last \(count) attempts failed" }
        return nil
    }

    private func bit(_ index: Int) -> Bool {
        (index < 64 ? bits.0 >> UInt64(index) : bits.1 >> UInt64(index - 64)) & 1 == 1
    }

    private mutating func setBit(_ index: Int, _ value: Bool) {
        let mask: UInt64 = 1 << UInt64(index % 64)
        if index < 64 {
            bits.0 = value ? bits.0 | mask : bits.0 & ~mask
        } else {
            bits.1 = value ? bits.1 | mask : bits.1 & ~mask
        }
    }
}
