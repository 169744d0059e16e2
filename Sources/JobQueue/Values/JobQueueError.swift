package import RedisClient

/// Why the queue could not do what it was asked.
package struct JobQueueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the caller can do.
    package enum Code: Hashable, Sendable {
        /// Redis does not answer or takes no writes: try again in a while. The command may have taken effect.
        case unavailable
        /// Redis answered with something that is not understood: a defect, or foreign data under the queue's keys.
        case damaged
        /// What was submitted breaks a limit or a rule; trying again does not help.
        case refused
    }

    package var code: Code
    /// One line for a person, without secrets.
    package var reason: String
    /// Whether Redis answers and refuses because a permission is missing, which does not pass by itself.
    package var isRefusal = false
    /// Whether what was asked may have been done all the same: it went out, and no answer came.
    package var mayBeDone = false
    /// Whether Redis answers, and would answer the same again: it is no outage.
    package var isLasting: Bool

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
        isLasting = code != .unavailable
    }

    /// What an error of the client means for the queue.
    package init(_ error: RedisError) {
        // A key of another type stays one: waiting does not mend it.
        let isForeign = error.code == .unexpectedReply || error.serverError?.isWrongType == true
        // Scripts begin with their flags, which older servers take for Lua.
        let isTooOld = error.code == .server && "\(error)".contains("compiling script")
        self.init(
            isForeign ? .damaged : .unavailable,
            isTooOld ? "Redis 7.0 or later is needed: \(error)" : "\(error)"
        )
        isLasting = isLasting || error.code == .server && !error.isRetriable
        mayBeDone = error.wasSent && error.code != .server && error.code != .unexpectedReply
        isRefusal = error.serverError.map { ["NOPERM", "NOAUTH", "WRONGPASS"].contains($0.code) } ?? false
    }

    package var description: String { reason }
}
