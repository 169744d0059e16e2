/// Why Redis could not do as asked, by what the caller should do.
///
/// Every message is one line and holds no credentials and no command arguments.
package struct RedisError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble it is.
    package enum Code: String, Sendable {
        /// The URL or an option cannot be used: someone must mend the configuration.
        case invalidConfiguration
        /// No connection could be made: refused, unreachable, TLS, or not within the connect timeout.
        case connectionFailed
        /// The server refused the credentials, or asks for some.
        case authenticationFailed
        /// There is no connection now, and none came up in the time that was allowed for waiting.
        case notConnected
        /// The connection ended before the reply came. ``RedisError/wasSent`` tells whether commands went out.
        case connectionLost
        /// No reply within the time allowed.
        case timedOut
        /// The server sent something that is not RESP2.
        case protocolViolation
        /// The reply is larger than the limit: ask for less at a time.
        case replyTooLarge
        /// The server answered with an error; see ``RedisError/serverError``.
        case server
        /// The reply is well formed, but not one that this command can have.
        case unexpectedReply
        /// The waiting task was cancelled.
        case cancelled
    }

    /// The kind of trouble.
    package var code: Code
    /// One line for a person, without any credentials or stored data in it.
    package var message: String
    /// Whether the server may have executed the commands. `false` means that it surely has not.
    package var wasSent: Bool
    /// The server's own error, for ``Code/server`` and where a server's refusal ended a connection attempt.
    package var serverError: RedisServerError?

    package init(_ code: Code, _ message: String, wasSent: Bool = false, serverError: RedisServerError? = nil) {
        self.code = code
        self.message = message
        self.wasSent = wasSent
        self.serverError = serverError
    }

    /// An error that the server returned as a command's reply.
    package init(_ error: RedisServerError) {
        self.init(.server, error.text, wasSent: true, serverError: error)
    }

    /// Whether the same call may succeed later without anyone changing anything.
    ///
    /// It does not say that repeating is harmless: where ``wasSent`` is true, that is the caller's to know.
    package var isRetriable: Bool {
        switch code {
        case .connectionFailed, .notConnected, .connectionLost, .timedOut: true
        case .server: serverError?.isTransient ?? false
        case .invalidConfiguration, .authenticationFailed, .protocolViolation, .replyTooLarge, .unexpectedReply,
            .cancelled:
            false
        }
    }

    /// Whether a stream's consumer group, or the stream itself, is gone and has to be made again.
    package var isMissingGroup: Bool { serverError?.isMissingGroup ?? false }

    package var description: String { "redis: \(message)" }
}

extension RedisError {
    /// The same trouble as one of many waiting callers sees it.
    func with(wasSent: Bool) -> RedisError {
        var copy = self
        copy.wasSent = wasSent
        return copy
    }
}
