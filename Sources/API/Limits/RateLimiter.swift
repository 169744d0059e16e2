import Deliveries

/// The windows of all callers. Those of keys are as many as there are keys; those of addresses are bounded.
struct RateLimiter: Sendable {
    /// Who is counted.
    enum Caller: Hashable, Sendable {
        case key(String)
        case address(String)
    }

    private struct Counted: Hashable {
        var caller: Caller
        var `class`: RequestClass
    }

    /// Addresses in a generation. Two generations are held at most.
    static let generationLimit = 4096

    let limits: RateLimits
    private var keys: [Counted: SlidingWindow] = [:]
    /// Addresses seen lately, and those seen before. When the first are too many, they take the place of the second, whose
    /// windows are forgotten: an address is forgotten only after so many others were seen since its latest request.
    private var young: [Counted: SlidingWindow] = [:]
    private var old: [Counted: SlidingWindow] = [:]

    init(limits: RateLimits) {
        self.limits = limits
    }

    /// Counts a request; `nil` when its class has no limit.
    mutating func spend(_ class: RequestClass, by caller: Caller, now: Timestamp) -> RateDecision? {
        guard let rate = limits[`class`] else { return nil }
        let counted = Counted(caller: caller, class: `class`)
        switch caller {
        case .key: return keys[counted, default: SlidingWindow(start: now)].spend(at: rate, now: now)
        case .address:
            var window = young[counted] ?? old[counted] ?? SlidingWindow(start: now)
            let decision = window.spend(at: rate, now: now)
            if young[counted] == nil, young.count >= Self.generationLimit {
                old = young
                young = [:]
            }
            young[counted] = window
            return decision
        }
    }

    /// Windows of addresses that are held.
    var addressCount: Int { young.count + old.count }
}
