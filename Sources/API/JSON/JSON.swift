import Deliveries

/// A JSON value to be answered.
///
/// Members keep the order in which they are written, and bytes that are JSON already (a delivery's body) go out as they
/// are: neither is possible with `Encodable`.
enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])
    /// The bytes of one JSON value.
    case verbatim([UInt8])

    init(_ text: String?) { self = text.map(JSON.string) ?? .null }
    init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
    init(_ number: Int64) { self = .integer(number) }
    init(_ flag: Bool) { self = .bool(flag) }
    init(_ time: Timestamp?) { self = time.map { .string($0.rfc3339WithMilliseconds) } ?? .null }
    init<Value: RawRepresentable<String>>(_ value: Value?) { self.init(value?.rawValue) }

    /// Milliseconds to three places; what is no number is `null`.
    init(milliseconds: Double?) {
        guard let milliseconds, milliseconds.isFinite else {
            self = .null
            return
        }
        self = .number((milliseconds * 1000).rounded() / 1000)
    }

    /// The text of the value, in UTF-8.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        case .number(let number): bytes.append(contentsOf: (number.isFinite ? String(number) : "null").utf8)
        case .string(let text): bytes.appendJSONString(text)
        case .verbatim(let json): bytes.append(contentsOf: json)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.appendJSONString(member.name)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral {
    init(dictionaryLiteral members: (String, JSON)...) { self = .object(members.map { (name: $0, value: $1) }) }
    init(arrayLiteral items: JSON...) { self = .array(items) }
    init(stringLiteral text: String) { self = .string(text) }
}

extension Timestamp {
    /// RFC 3339 in UTC, always with three digits of a second, so that times sort as text.
    var rfc3339WithMilliseconds: String {
        let text = rfc3339
        return text.utf8.contains(UInt8(ascii: ".")) ? text : text.dropLast() + ".000Z"
    }
}
