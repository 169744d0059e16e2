import Deliveries
import HTTPTypes
import Hummingbird

/// One operation of the API: the table of paths and the check of `openapi.yaml` are made from these.
struct Endpoint: Sendable {
    /// Who may call it.
    enum Access: Sendable, Hashable {
        case anyone
        /// Keys of the role `submit`, or a signed link, which the endpoint checks.
        case link
        /// Keys of this role; a key of a tenant is held to its tenant by the endpoint.
        case role(APIRole)
        /// Keys of role `ops` that are not bound to a tenant: what it shows or changes belongs to all tenants.
        case system
    }

    let method: HTTPRequest.Method
    /// The path with its parameters in braces.
    let path: String
    let access: Access
    /// Names of the query parameters it takes.
    let parameters: [String]
    /// What its requests are counted as; `nil`: they are not limited.
    let requestClass: RequestClass?
    private let respond: @Sendable (Call, APIKey?) async throws -> Response

    /// An endpoint for anyone. Its query string is ignored, because health checks carry all kinds.
    ///
    /// - Parameter respond: gets the key of a caller who has a good one.
    static func open(
        _ path: String,
        countedAs requestClass: RequestClass?,
        respond: @escaping @Sendable (APIKey?) async throws -> Response
    ) -> Endpoint {
        Endpoint(method: .get, path: path, access: .anyone, parameters: [], requestClass: requestClass) { _, key in
            try await respond(key)
        }
    }

    /// An endpoint for those who have a key. What operators do is not counted.
    static func keyed(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ access: Access,
        parameters: [String] = [],
        countedAs requestClass: RequestClass = .status,
        respond: @escaping @Sendable (Call, APIKey) async throws -> Response
    ) -> Endpoint {
        Endpoint(
            method: method,
            path: path,
            access: access,
            parameters: parameters,
            requestClass: access == .role(.submit) ? requestClass : nil
        ) { call, key in
            guard let key else { throw Problem.internalError }
            return try await respond(call, key)
        }
    }

    /// An endpoint for those who have a key or a signed link, which is told by its query parameter `signature`.
    ///
    /// - Parameter respond: gets no key when it has to check a link.
    static func linked(
        _ path: String,
        parameters: [String],
        respond: @escaping @Sendable (Call, APIKey?) async throws -> Response
    ) -> Endpoint {
        Endpoint(
            method: .get,
            path: path,
            access: .link,
            parameters: parameters,
            requestClass: .status,
            respond: respond
        )
    }

    /// Checks key and query string, and answers.
    ///
    /// - Parameter values: those of the path's parameters.
    func answer(
        _ request: Request,
        context: APIContext,
        values: [Substring: Substring],
        _ credential: Credential
    ) async throws -> Response {
        let key: APIKey?
        let query: QueryParameters
        switch access {
        case .anyone:
            (key, query) = (credential.key, .none)
        case .link:
            query = try QueryParameters(request.uri.query, known: parameters)
            key = try query.text("signature") == nil ? try admit(credential) : nil
        case .role, .system:
            key = try admit(credential)
            query = try QueryParameters(request.uri.query, known: parameters)
        }
        return try await respond(
            Call(request: request, context: context, parameters: query, pathValues: values),
            key
        )
    }

    private func admit(_ credential: Credential) throws(Problem) -> APIKey {
        switch credential {
        case .missing: throw .unauthorized("an API key is needed: Authorization: Bearer KEY, or X-API-Key: KEY")
        case .unknown: throw .unauthorized("the API key is not known")
        case .known(let key):
            switch access {
            case .anyone, .link: break
            case .role(let role):
                guard key.role.includes(role) else { throw .wrongRole(key, needed: role) }
            case .system:
                guard key.role == .ops else { throw .wrongRole(key, needed: .ops) }
                guard key.coversSystem else {
                    throw Problem(
                        .forbidden,
                        "key \(quoted(key.name)) is bound to a tenant; this belongs to all tenants"
                    )
                }
            }
            return key
        }
    }
}

extension Problem {
    fileprivate static func unauthorized(_ detail: String) -> Problem {
        Problem(.unauthorized, detail, headers: [.wwwAuthenticate: "Bearer"])
    }

    fileprivate static func wrongRole(_ key: APIKey, needed: APIRole) -> Problem {
        Problem(.forbidden, "key \(quoted(key.name)) has the role \(key.role.rawValue); this needs \(needed.rawValue)")
    }
}
