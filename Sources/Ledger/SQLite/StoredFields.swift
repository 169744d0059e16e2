import Deliveries

/// Name and value pairs as one blob: for each part its length as a base-128 varint, then its bytes.
///
/// Compact, and lossless for bytes of every kind, which neither JSON nor header lines are.
enum StoredFields {
    static func encode(_ fields: [EventField]) -> [UInt8] {
        var blob: [UInt8] = []
        for field in fields {
            append(field.name, to: &blob)
            append(field.value, to: &blob)
        }
        return blob
    }

    static func encode(_ fields: [HeaderField]) -> [UInt8] {
        var blob: [UInt8] = []
        blob.reserveCapacity(fields.count * 40)
        for field in fields {
            append(field.name.utf8, to: &blob)
            append(field.value.utf8, to: &blob)
        }
        return blob
    }

    /// `nil` for what ``encode(_:)-([EventField])`` could not have written.
    static func decode(_ blob: [UInt8]) -> [EventField]? {
        var fields: [EventField] = []
        var index = 0
        while index < blob.count {
            guard let name = part(of: blob, at: &index), let value = part(of: blob, at: &index) else { return nil }
            fields.append(EventField(name: Array(name), value: Array(value)))
        }
        return fields
    }

    /// The same for header fields.
    static func decodeHeaders(_ blob: [UInt8]) -> [HeaderField]? {
        decode(blob)?.map {
            HeaderField(String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self))
        }
    }

    private static func append(_ part: some Collection<UInt8>, to blob: inout [UInt8]) {
        var length = part.count
        while length >= 0x80 {
            blob.append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        blob.append(UInt8(length))
        blob.append(contentsOf: part)
    }

    private static func part(of blob: [UInt8], at index: inout Int) -> ArraySlice<UInt8>? {
        var length = 0
        // Five groups of seven bits: more than any blob that SQLite would hold.
        for shift in stride(from: 0, to: 35, by: 7) {
            guard index < blob.count else { return nil }
            let byte = blob[index]
            index += 1
            length |= Int(byte & 0x7F) << shift
            guard byte & 0x80 == 0 else { continue }
            guard length <= blob.count - index else { return nil }
            defer { index += length }
            return blob[index..<index + length]
        }
        return nil
    }
}
