import Deliveries

/// A value as a statement is given it, in the form in which the schema keeps it.
enum StoredValue {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    /// Bytes of text or blob.
    var byteCount: Int {
        switch self {
        case .null, .integer, .real: 0
        case .text(let text): text.utf8.count
        case .blob(let bytes): bytes.count
        }
    }

    static func integer(_ value: Int) -> StoredValue { .integer(Int64(value)) }

    static func integer(_ value: Int?) -> StoredValue { value.map { .integer(Int64($0)) } ?? .null }

    static func real(_ value: Double?) -> StoredValue { value.map { .real($0) } ?? .null }

    static func text(_ value: String?) -> StoredValue { value.map { .text($0) } ?? .null }

    static func id(_ value: DeliveryID) -> StoredValue { .integer(value.rawValue) }

    static func time(_ value: Timestamp) -> StoredValue { .integer(value.milliseconds) }

    static func time(_ value: Timestamp?) -> StoredValue { value.map { .integer($0.milliseconds) } ?? .null }

    static func flag(_ value: Bool) -> StoredValue { .integer(value ? 1 : 0) }

    /// A case of an enumeration, under its raw value.
    static func word(_ value: some RawRepresentable<String>) -> StoredValue { .text(value.rawValue) }

    static func word(_ value: (some RawRepresentable<String>)?) -> StoredValue {
        value.map { .text($0.rawValue) } ?? .null
    }
}
