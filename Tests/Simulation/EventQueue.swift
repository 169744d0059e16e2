import HeapModule

/// What is going to happen, in order: the simulation's only clock is the time of the next of these.
struct EventQueue<Event> {
    private struct Entry: Comparable {
        var at: Int64
        var order: Int
        var event: Event

        static func < (left: Entry, right: Entry) -> Bool {
            left.at != right.at ? left.at < right.at : left.order < right.order
        }

        static func == (left: Entry, right: Entry) -> Bool { left.at == right.at && left.order == right.order }
    }

    private var heap = Heap<Entry>()
    private var order = 0

    /// The time of the next event, in milliseconds since the world began; `nil`: nothing is going to happen.
    var nextTime: Int64? { heap.min?.at }

    /// Lets `event` happen at `time`, after all that was put there before.
    mutating func schedule(_ event: Event, at time: Int64) {
        heap.insert(Entry(at: time, order: order, event: event))
        order += 1
    }

    mutating func popFirst() -> (at: Int64, event: Event)? {
        heap.popMin().map { ($0.at, $0.event) }
    }
}
