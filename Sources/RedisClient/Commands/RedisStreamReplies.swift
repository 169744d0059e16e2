/// Reads the replies of the stream commands. Pure functions; `nil` for a shape that the command cannot have.
enum RedisStreamReplies {
    /// `[id, [name, value, …]]`, or `[id, nil]` for an entry that was deleted.
    static func entry(_ value: RedisValue) -> RedisStreamEntry? {
        guard case .array(let parts) = value, parts.count == 2, let id = parts[0].string else { return nil }
        switch parts[1] {
        case .null:
            return RedisStreamEntry(id: id, fields: [], isDeleted: true)
        case .array(let elements):
            guard elements.count.isMultiple(of: 2) else { return nil }
            var fields: [RedisStreamEntry.Field] = []
            fields.reserveCapacity(elements.count / 2)
            for index in stride(from: 0, to: elements.count, by: 2) {
                guard let name = elements[index].bytes, let value = elements[index + 1].bytes else { return nil }
                fields.append(RedisStreamEntry.Field(name: name, value: value))
            }
            return RedisStreamEntry(id: id, fields: fields)
        case .simpleString, .bulk, .integer, .error:
            return nil
        }
    }

    /// A list of entries. Redis 6.2's `XAUTOCLAIM` has a null in place of a deleted entry, which is left out.
    static func entries(_ value: RedisValue) -> [RedisStreamEntry]? {
        guard case .array(let elements) = value else { return nil }
        var entries: [RedisStreamEntry] = []
        entries.reserveCapacity(elements.count)
        for element in elements where !element.isNull {
            guard let entry = entry(element) else { return nil }
            entries.append(entry)
        }
        return entries
    }

    /// `XREADGROUP` of one stream: `[[key, entries]]`, or a null when nothing came.
    static func read(_ value: RedisValue) -> [RedisStreamEntry]? {
        if value.isNull { return [] }
        guard case .array(let streams) = value, streams.count == 1, case .array(let stream) = streams[0],
            stream.count == 2
        else { return nil }
        return entries(stream[1])
    }

    /// `XAUTOCLAIM`: `[next, entries]`, from Redis 7.0 on `[next, entries, deleted ids]`.
    static func claim(_ value: RedisValue) -> RedisStreamClaim? {
        guard case .array(let parts) = value, (2...3).contains(parts.count), let next = parts[0].string,
            let entries = entries(parts[1])
        else { return nil }
        guard parts.count == 3 else { return RedisStreamClaim(next: next, entries: entries, deletedIDs: []) }
        guard let deleted = parts[2].array else { return nil }
        return RedisStreamClaim(next: next, entries: entries, deletedIDs: deleted.compactMap(\.string))
    }

    /// `XPENDING` without a range: `[count, first id, last id, [[consumer, count], …]]`, nulls when the count is 0.
    static func pending(_ value: RedisValue) -> RedisStreamPending? {
        guard case .array(let parts) = value, parts.count == 4, let count = parts[0].integer else { return nil }
        var consumers: [RedisStreamPending.Consumer] = []
        for element in parts[3].array ?? [] {
            guard case .array(let pair) = element, pair.count == 2, let name = pair[0].string,
                let count = pair[1].integer
            else { return nil }
            consumers.append(RedisStreamPending.Consumer(name: name, count: Int(count)))
        }
        return RedisStreamPending(
            count: Int(count),
            firstID: parts[1].string,
            lastID: parts[2].string,
            consumers: consumers
        )
    }

    /// `XINFO CONSUMERS`: for each a list of names and values; later servers add names.
    static func consumers(_ value: RedisValue) -> [RedisStreamConsumer]? {
        guard case .array(let elements) = value else { return nil }
        var consumers: [RedisStreamConsumer] = []
        for element in elements {
            guard case .array(let parts) = element, let name = member("name", of: parts)?.string,
                let pending = member("pending", of: parts)?.integer, let idle = member("idle", of: parts)?.integer
            else { return nil }
            consumers.append(RedisStreamConsumer(name: name, pending: Int(pending), idle: .milliseconds(idle)))
        }
        return consumers
    }

    private static func member(_ name: String, of parts: [RedisValue]) -> RedisValue? {
        for index in stride(from: 0, to: parts.count - 1, by: 2) where parts[index].string == name {
            return parts[index + 1]
        }
        return nil
    }
}
