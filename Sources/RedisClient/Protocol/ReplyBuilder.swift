/// Puts a reply together from its parts, which come in the order in which they were sent.
///
/// A pure value: parts in, a whole reply out.
struct ReplyBuilder {
    private struct OpenArray {
        var elements: [RedisValue]
        var missing: Int
    }

    /// The arrays that still miss elements, the innermost last.
    private var open: [OpenArray] = []
    private var finished: RedisValue?

    /// The whole reply, if there is one, and makes ready for the next.
    mutating func takeReply() -> RedisValue? {
        defer { finished = nil }
        return finished
    }

    /// Takes a part that has no parts of its own.
    mutating func add(_ value: RedisValue) {
        var value = value
        while let last = open.indices.last {
            open[last].elements.append(value)
            open[last].missing -= 1
            guard open[last].missing == 0 else { return }
            value = .array(open.removeLast().elements)
        }
        finished = value
    }

    /// Begins an array; the next `count` values are its elements.
    mutating func beginArray(count: Int) {
        guard count > 0 else { return add(.array([])) }
        var array = OpenArray(elements: [], missing: count)
        // The announced count is not to be trusted with more memory than this before its elements arrive.
        array.elements.reserveCapacity(min(count, 1024))
        open.append(array)
    }
}
