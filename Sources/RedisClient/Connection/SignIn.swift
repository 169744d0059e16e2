/// The commands that open a connection, and what their replies mean. A pure value.
struct SignIn {
    private enum Step {
        case authenticate
        case select
        case name
        case ping
    }

    private let steps: [(step: Step, command: RedisCommand)]
    private let endpoint: RedisEndpoint

    /// To be sent as one batch.
    var commands: [RedisCommand] { steps.map(\.command) }

    init(endpoint: RedisEndpoint, clientName: String?) {
        self.endpoint = endpoint
        var steps: [(Step, RedisCommand)] = []
        if let credentials = endpoint.credentials {
            var command = RedisCommand("AUTH")
            if let username = credentials.username { command.append(username) }
            command.append(credentials.password)
            steps.append((.authenticate, command))
        }
        if endpoint.database != 0 {
            steps.append((.select, RedisCommand("SELECT", String(endpoint.database))))
        }
        if let name = clientName.map(Self.acceptable), !name.isEmpty {
            steps.append((.name, RedisCommand("CLIENT", "SETNAME", name)))
        }
        steps.append((.ping, RedisCommand("PING")))
        self.steps = steps
    }

    /// - Throws: `authenticationFailed` or `connectionFailed` for a reply that makes the connection unusable.
    func check(_ replies: [RedisValue]) throws(RedisError) {
        for (step, reply) in zip(steps.map(\.step), replies) {
            guard let error = reply.error else { continue }
            switch (step, error.code) {
            case (_, "LOADING"), (_, "MASTERDOWN"):
                throw RedisError(.connectionFailed, "\(endpoint): \(error.text)", serverError: error)
            case (_, "NOAUTH"):
                throw RedisError(
                    .authenticationFailed,
                    "\(endpoint): the server asks for a password",
                    serverError: error
                )
            case (.authenticate, _):
                // The server's text is not shown: it may repeat what it was sent.
                throw RedisError(
                    .authenticationFailed,
                    "\(endpoint): the server refused the credentials (\(error.code))",
                    serverError: RedisServerError(String(error.code))
                )
            case (.select, _):
                throw RedisError(
                    .connectionFailed,
                    "\(endpoint): database \(endpoint.database): \(error.text)",
                    serverError: error
                )
            // A user may lack the right to CLIENT or PING and yet be able to work.
            case (.name, _), (.ping, _): break
            }
        }
    }

    /// Redis refuses names with blanks and control characters.
    private static func acceptable(_ name: String) -> String {
        String(decoding: name.utf8.map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "-") }, as: UTF8.self)
    }
}
