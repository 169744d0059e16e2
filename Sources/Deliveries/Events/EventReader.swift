/// Turns the fields of a stream entry into an ``Event``, or says which field is to blame (contract section 3).
package struct EventReader: Sendable {
    /// Bytes of `data` at most; the contract's 1 MiB.
    package var dataLimit = 1 << 20
    /// Bytes of `job_id`, `product_id`, `queue`, `tenant` and `route` at most.
    package var nameLimit = 256

    /// Makes a reader with the contract's limits.
    package init() {}

    /// Reads one entry. A field that is not known is passed over; an optional field that is empty counts as absent,
    /// because a stream has no other way to say so.
    ///
    /// - Parameter entryID: the stream entry's id, `MILLISECONDS-SEQUENCE`: the default of `id` and `timestamp`.
    package func read(_ fields: [EventField], entryID: String) throws(EventRefusal) -> Event {
        let raw = try RawEvent(fields)
        let publishedAt = Self.milliseconds(of: entryID)
        let entryTime = Timestamp(milliseconds: min(max(0, publishedAt), 253_402_300_799_000))
        let type = try readType(raw.type)
        let data = try readData(raw.data)
        let timestamp = try text(raw.timestamp, .timestamp, limit: 64)
        if let timestamp, Timestamp(rfc3339: timestamp) == nil {
            throw EventRefusal(.timestamp, "\(quoted(timestamp)) is not an RFC 3339 time such as 2024-01-15T10:05:00Z")
        }
        return Event(
            id: try readID(raw.id) ?? "evt_\(entryID)",
            type: type,
            data: data,
            jobID: try text(raw.jobID, .jobID, limit: nameLimit),
            productID: try text(raw.productID, .productID, limit: nameLimit),
            queue: try text(raw.queue, .queue, limit: nameLimit),
            tenant: try text(raw.tenant, .tenant, limit: nameLimit),
            timestamp: timestamp ?? entryTime.rfc3339,
            timestampWasPublished: timestamp != nil,
            callbackURL: try text(raw.callbackURL, .callbackURL, limit: DestinationURL.maximumLength),
            failureURL: try text(raw.failureURL, .failureURL, limit: DestinationURL.maximumLength),
            route: try text(raw.route, .route, limit: nameLimit),
            traceparent: Self.traceparent(raw.traceparent),
            // Another value is none that is known, and so passed over like a field that is not known.
            needsNoDestination: raw.unrouted.map { $0.elementsEqual("ignore".utf8) } ?? false,
            publishedAt: entryTime
        )
    }

    private func readType(_ value: [UInt8]?) throws(EventRefusal) -> String {
        guard let value, !value.isEmpty else { throw EventRefusal(.type, "is missing") }
        guard value.count <= 128 else { throw EventRefusal(.type, "is longer than 128 bytes") }
        guard Self.isDottedName(value) else {
            throw EventRefusal(
                .type,
                "\(quoted(String(decoding: value, as: UTF8.self))) is not a lower-case dotted name such as job.completed"
            )
        }
        return String(decoding: value, as: UTF8.self)
    }

    private func readData(_ value: [UInt8]?) throws(EventRefusal) -> JSONObjectBytes {
        guard let value else { throw EventRefusal(.data, "is missing") }
        guard value.count <= dataLimit else {
            throw EventRefusal(.data, "is \(value.count) bytes long, more than the limit of \(dataLimit)")
        }
        do {
            return try JSONObjectBytes(value)
        } catch {
            throw EventRefusal(.data, "\(error)")
        }
    }

    private func readID(_ value: [UInt8]?) throws(EventRefusal) -> String? {
        guard let value, !value.isEmpty else { return nil }
        guard value.count <= 128 else { throw EventRefusal(.id, "is longer than 128 bytes") }
        let isAllowed = value.allSatisfy {
            Self.isLowercaseOrDigit($0) || (0x41...0x5A).contains($0) || $0 == 0x5F || $0 == 0x2D || $0 == 0x3A
        }
        guard isAllowed else {
            throw EventRefusal(
                .id,
                "\(quoted(String(decoding: value, as: UTF8.self))) has characters other than A-Z a-z 0-9 _ - :"
            )
        }
        return String(decoding: value, as: UTF8.self)
    }

    private func text(
        _ value: [UInt8]?,
        _ field: EventRefusal.Field,
        limit: Int
    ) throws(EventRefusal) -> String? {
        guard let value, !value.isEmpty else { return nil }
        guard value.count <= limit else { throw EventRefusal(field, "is longer than \(limit) bytes") }
        guard let text = String(validating: value, as: UTF8.self) else {
            throw EventRefusal(field, "is not valid UTF-8")
        }
        guard !value.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw EventRefusal(field, "has a control character")
        }
        return text
    }

    /// A trace context that is not well-formed is passed over, as W3C Trace Context section 3.2.2.5 asks: it must not keep a
    /// callback from its receiver.
    static func traceparent(_ value: [UInt8]?) -> String? {
        guard let value, value.count == 55, value[2] == 0x2D, value[35] == 0x2D, value[52] == 0x2D else { return nil }
        let isHex = value.enumerated().allSatisfy { index, byte in
            index == 2 || index == 35 || index == 52 || (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
        }
        let isVersionKnown = !(value[0] == UInt8(ascii: "f") && value[1] == UInt8(ascii: "f"))
        let hasIDs = !value[3..<35].allSatisfy { $0 == 0x30 } && !value[36..<52].allSatisfy { $0 == 0x30 }
        return isHex && isVersionKnown && hasIDs ? String(decoding: value, as: UTF8.self) : nil
    }

    /// The milliseconds of an entry's id; 0 for what is none.
    private static func milliseconds(of entryID: String) -> Int64 {
        let digits = entryID.utf8.prefix { $0 != UInt8(ascii: "-") }
        return Int64(Substring(digits)) ?? 0
    }

    /// Lower-case letters, digits, `_` and `-`, in parts that are not empty.
    private static func isDottedName(_ value: [UInt8]) -> Bool {
        var partIsEmpty = true
        for byte in value {
            if byte == UInt8(ascii: ".") {
                if partIsEmpty { return false }
                partIsEmpty = true
            } else {
                guard isLowercaseOrDigit(byte) || byte == 0x5F || byte == 0x2D else { return false }
                partIsEmpty = false
            }
        }
        return !partIsEmpty
    }

    private static func isLowercaseOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
