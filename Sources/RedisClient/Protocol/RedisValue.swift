/// One reply, or one part of a reply, in RESP2.
package enum RedisValue: Hashable, Sendable {
    /// A short text such as `OK`.
    case simpleString(String)
    /// Bytes of any kind.
    case bulk([UInt8])
    case integer(Int64)
    case array([RedisValue])
    /// A null bulk string or a null array; RESP2 readers need not tell them apart.
    case null
    /// An error. As an element of an array (the reply to `EXEC`) it concerns that element alone.
    case error(RedisServerError)
}

extension RedisValue {
    /// The bytes of a bulk or simple string.
    package var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .simpleString(let text): Array(text.utf8)
        case .integer, .array, .null, .error: nil
        }
    }

    /// The text of a bulk or simple string, with U+FFFD where bulk bytes are not UTF-8.
    package var string: String? {
        switch self {
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .simpleString(let text): text
        case .integer, .array, .null, .error: nil
        }
    }

    /// The number of an integer reply, or of a string that is a decimal number.
    package var integer: Int64? {
        switch self {
        case .integer(let number): number
        case .bulk, .simpleString: string.flatMap { Int64($0) }
        case .array, .null, .error: nil
        }
    }

    /// The elements of an array.
    package var array: [RedisValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The server's error, if this is one.
    package var error: RedisServerError? {
        if case .error(let error) = self { error } else { nil }
    }

    /// Whether this is a null.
    package var isNull: Bool { self == .null }

    /// The value itself, or its error thrown.
    package func throwingServerError() throws(RedisError) -> RedisValue {
        if case .error(let error) = self { throw RedisError(error) }
        return self
    }
}
