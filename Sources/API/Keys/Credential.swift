import HTTPTypes

/// What became of looking at the key that came with a request. Whether one is needed is the endpoint's affair.
enum Credential: Sendable {
    case missing
    case unknown
    case known(APIKey)

    /// Bytes of a key at most: nothing longer is compared.
    static let keyLimit = 512

    /// Looks at the presented key.
    init(_ headers: HTTPFields, authenticate: (_ presented: [UInt8]) -> APIKey?) {
        guard let presented = Self.presentedKey(headers) else {
            self = .missing
            return
        }
        let key = presented.count <= Self.keyLimit ? authenticate(presented) : nil
        self = key.map(Credential.known) ?? .unknown
    }

    /// The key, if it is a good one.
    var key: APIKey? {
        if case .known(let key) = self { key } else { nil }
    }

    /// Whether a key came that nobody has.
    var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }

    /// A bearer token counts before `X-API-Key`; any other scheme, which a proxy may have added, does not count at all.
    private static func presentedKey(_ headers: HTTPFields) -> [UInt8]? {
        if let authorization = headers[.authorization] {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "bearer" { return Array(parts[1].utf8) }
        }
        return headers[field: .apiKey].map { Array($0.utf8) }
    }
}
