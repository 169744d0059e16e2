/// Why the ledger could not do as asked, by what the caller should do.
package struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble it is.
    package enum Code: String, Sendable {
        /// Another process holds a lock: try again soon.
        case busy
        /// No space, or a quota: try again when there is room. Nothing was written.
        case full
        /// The file cannot be written or read (permissions, read-only, I/O error, tables that are gone): try again; someone must look.
        case inaccessible
        /// The file is damaged or is not a ledger: someone must mend or restore it.
        case corrupt
        /// One row holds what is not understood: it cannot be used, others can.
        case damagedRow = "damaged row"
        /// Another relay owns this ledger: stop.
        case owned
        /// The ledger was written by a newer Postback: stop.
        case tooNew
        /// A mistake in this program: what it asked breaks a rule of the ledger.
        case `internal`
    }

    /// The kind of trouble.
    package var code: Code
    /// One line for a person, without any stored data in it.
    package var message: String

    /// Makes an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same call may succeed later without a restart.
    package var isRetriable: Bool {
        switch code {
        case .busy, .full, .inaccessible, .corrupt: true
        case .damagedRow, .owned, .tooNew, .internal: false
        }
    }

    /// One line for a log: the kind of trouble and the message.
    package var description: String { "ledger \(code.rawValue): \(message)" }
}
