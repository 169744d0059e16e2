import Deliveries

/// Counts the requests of one caller in windows that follow each other. The window before counts as far as it still lies
/// within one window's length from now, so that no more than the limit pass in any such length, as if requests came evenly.
struct SlidingWindow: Hashable, Sendable {
    private var start: Timestamp
    private var count = 0
    private var countBefore = 0

    /// The first window begins with the first request.
    init(start: Timestamp) {
        self.start = start
    }

    /// Counts one request, unless the limit is used up.
    mutating func spend(at rate: DeliveryRate, now: Timestamp) -> RateDecision {
        turn(to: now, length: rate.perMilliseconds)
        let elapsed = now.milliseconds(since: start)
        // Integers throughout: what remains of the window before, rounded up, so that the limit is never exceeded.
        let remainder = rate.perMilliseconds - elapsed
        let carried = (countBefore * Int(remainder) + Int(rate.perMilliseconds) - 1) / Int(rate.perMilliseconds)
        let end = start.advanced(byMilliseconds: rate.perMilliseconds)
        let isRefused = carried + count >= rate.count
        if !isRefused { count += 1 }
        let remaining = max(0, rate.count - carried - count)
        let wait = remaining == 0 ? wait(rate, elapsed: elapsed) : 0
        return RateDecision(
            limit: rate.count,
            remaining: remaining,
            resetsAt: remaining == 0 ? now.advanced(byMilliseconds: wait) : end,
            wait: isRefused ? wait : nil
        )
    }

    /// Makes the window the one that `now` lies in. A clock that was set back begins a new one.
    private mutating func turn(to now: Timestamp, length: Int64) {
        let elapsed = now.milliseconds(since: start)
        if (0..<length).contains(elapsed) { return }
        if (length..<2 * length).contains(elapsed) {
            start = start.advanced(byMilliseconds: length)
            countBefore = count
        } else {
            start = now
            countBefore = 0
        }
        count = 0
    }

    /// Milliseconds until one more request fits. Within this window only what the one before left shrinks; when the limit is
    /// used up by this one, it must end and then begin to shrink itself.
    private func wait(_ rate: DeliveryRate, elapsed: Int64) -> Int64 {
        let length = rate.perMilliseconds
        if count < rate.count { return Self.time(for: countBefore, toLeave: rate.count - 1 - count, length) - elapsed }
        return length - elapsed + Self.time(for: count, toLeave: rate.count - 1, length)
    }

    /// How far into a window no more than `room` of the `carried` requests of the one before still count.
    private static func time(for carried: Int, toLeave room: Int, _ length: Int64) -> Int64 {
        length - Int64(room) * length / Int64(carried)
    }
}
