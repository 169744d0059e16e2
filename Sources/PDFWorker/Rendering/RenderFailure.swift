/// Why a document could not be made.
package struct RenderFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is to blame.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The request: an unknown product, or data that it does not take.
        case input
        /// The template, as the engine met it.
        case template
        /// The template asks for something that is not one of its assets.
        case asset
        /// It took longer than it may.
        case time
        /// It needed more memory than it may.
        case memory
        /// It has more pages than it may.
        case pages
        /// It has more bytes than it may.
        case output
        /// Somebody asked to stop.
        case cancelled
        /// The engine is not installed or does not start: nothing can be made here for now.
        case unavailable
        /// The document cannot be stored.
        case storage
        /// The engine failed in a way that is nobody's fault but its own.
        case defect
    }

    package var code: Code
    /// One line for a person, without secrets.
    package var reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Whether the same request may succeed later.
    package var isRetriable: Bool {
        switch code {
        case .input, .template, .asset, .time, .memory, .pages, .output: false
        case .cancelled, .unavailable, .storage, .defect: true
        }
    }

    package var description: String { reason }
}
