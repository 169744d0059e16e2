/// What is going to happen, in order: the simulation's only clock is the time of the next of these.
///
/// A heap of small keys beside the events themselves, because most of a world's running time is spent here.
struct EventQueue<Event> {
    private struct Key {
        var at: Int64
        var order: Int
        var slot: Int

        func isBefore(_ other: Key) -> Bool {
            at != other.at ? at < other.at : order < other.order
        }
    }

    private var heap: [Key] = []
    private var events: [Event?] = []
    private var freeSlots: [Int] = []
    private var order = 0

    /// The time of the next event, in milliseconds since the world began; `nil`: nothing is going to happen.
    var nextTime: Int64? { heap.first?.at }

    /// Lets `event` happen at `time`, after all that was put there before.
    mutating func schedule(_ event: Event, at time: Int64) {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            events[slot] = event
        } else {
            slot = events.count
            events.append(event)
        }
        let key = Key(at: time, order: order, slot: slot)
        order += 1
        var position = heap.count
        heap.append(key)
        while position > 0 {
            let parent = (position - 1) / 2
            guard key.isBefore(heap[parent]) else { break }
            heap[position] = heap[parent]
            position = parent
        }
        heap[position] = key
    }

    mutating func popFirst() -> (at: Int64, event: Event)? {
        guard let first = heap.first, let last = heap.popLast(), let event = events[first.slot].take() else {
            return nil
        }
        freeSlots.append(first.slot)
        let count = heap.count
        guard count > 0 else { return (first.at, event) }
        var position = 0
        while true {
            var child = 2 * position + 1
            guard child < count else { break }
            if child + 1 < count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(last) else { break }
            heap[position] = heap[child]
            position = child
        }
        heap[position] = last
        return (first.at, event)
    }
}
