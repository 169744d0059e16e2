import DequeModule

/// Shares the slots that requests to destinations may take that are not known to answer: half as many as there are for those that do, which
/// are others. Those that answered until they fell silent come on top: their requests were under way by then, so they may be many, and are
/// charged to nobody but themselves.
///
/// Each URL that comes with an event is a destination of its own, and nearly all of them are new (n8n makes one for each execution), so one
/// host that hangs would take that half with its many URLs. All URLs of a host together have an eighth of it.
///
/// Destinations that find no slot wait here, each in its turn, and cost nothing until there is one. A pure value. Who is taken out
/// (``takeWaiting(_:)``) must be brought before ``admit(_:_:)`` again; after each such turn, and each change, the next is taken out, so that
/// none is left behind when one does not use its slot.
struct UnprovenSlots: Sendable {
    private struct Host: Sendable {
        var lanes = 0
        var inFlight = 0
        var waiting = Deque<Int>()
    }

    private let limit: Int
    private let hostLimit: Int
    private var hosts: [String: Host] = [:]
    private var inFlight = 0
    private var silent = 0
    private var waiting = Deque<Int>()
    /// Silent ones, which find a slot only when they all take less than what there is for the others.
    private var waitingSilent = Deque<Int>()

    /// - Parameter limit: requests in flight over all destinations.
    init(of limit: Int) {
        self.limit = max(1, limit / 2)
        hostLimit = max(1, limit / 16)
    }

    /// A destination of a host is known; `nil`: it is a route's.
    mutating func join(_ host: String?) {
        if let host { hosts[host, default: Host()].lanes += 1 }
    }

    /// A destination of a host was forgotten.
    mutating func leave(_ host: String?) {
        guard let host, let lanes = hosts[host]?.lanes else { return }
        if lanes > 1 { hosts[host]?.lanes = lanes - 1 } else { hosts[host] = nil }
    }

    /// Requests in flight to all destinations that are not known to answer.
    var total: Int { inFlight + silent }

    /// Whether a destination may take a slot now; if not, it waits here.
    mutating func admit(_ lane: Int, _ host: String?, isSilent: Bool) -> Bool {
        if isSilent {
            if total < limit { return true }
            waitingSilent.append(lane)
            return false
        }
        if let host, let inFlight = hosts[host]?.inFlight, inFlight >= hostLimit {
            hosts[host]?.waiting.append(lane)
            return false
        }
        guard inFlight < limit else {
            waiting.append(lane)
            return false
        }
        return true
    }

    /// Notes that the requests of a destination have changed.
    mutating func changed(from before: UnprovenRequests, to now: UnprovenRequests, _ host: String?) {
        guard before != now else { return }
        silent += now.silent - before.silent
        let count = now.others - before.others
        inFlight += count
        if let host { hosts[host]?.inFlight += count }
    }

    /// Takes out those that may try next: one of the host, and one of all, where there is a slot.
    mutating func takeWaiting(_ host: String?) -> [Int] {
        var lanes: [Int] = []
        // In this order: of two that find one slot, the one of the host goes behind all others, or hosts that hang would pass their slots on
        // among their own.
        if inFlight < limit, let lane = waiting.popFirst() { lanes.append(lane) }
        if total < limit, let lane = waitingSilent.popFirst() { lanes.append(lane) }
        if let host, let first = hosts[host], first.inFlight < hostLimit, !first.waiting.isEmpty,
            let lane = hosts[host]?.waiting.popFirst()
        {
            lanes.append(lane)
        }
        return lanes
    }

    /// Takes a destination out that waits here. - Returns: whether it did.
    mutating func withdraw(_ lane: Int, _ host: String?) -> Bool {
        if let host, let place = hosts[host]?.waiting.firstIndex(of: lane) {
            hosts[host]?.waiting.remove(at: place)
            return true
        }
        if let place = waitingSilent.firstIndex(of: lane) {
            waitingSilent.remove(at: place)
            return true
        }
        guard let place = waiting.firstIndex(of: lane) else { return false }
        waiting.remove(at: place)
        return true
    }
}
