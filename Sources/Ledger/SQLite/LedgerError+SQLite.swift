import GRDB

extension LedgerError {
    /// Sorts an error of the database by what the caller should do.
    ///
    /// The message is SQLite's own: it names tables and columns at most, since GRDB keeps the values of statements out.
    init(_ error: any Error, file: String) {
        switch error {
        case let error as LedgerError:
            self = LedgerError(error.code, "\(file): \(error.message)")
        case let error as DatabaseError:
            let message = error.message ?? error.resultCode.description
            self = LedgerError(
                Code(error.resultCode),
                "\(file): \(message) (SQLite \(error.extendedResultCode.rawValue))"
            )
        default:
            // Not described: what it would say is not known to be free of stored data.
            self = LedgerError(.internal, "\(file): \(type(of: error))")
        }
    }
}

extension LedgerError.Code {
    /// - Parameter code: a primary result code (https://www.sqlite.org/rescode.html).
    fileprivate init(_ code: ResultCode) {
        switch code {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
            self = .busy
        case .SQLITE_FULL:
            self = .full
        case .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_NOLFS,
            .SQLITE_NOMEM:
            self = .inaccessible
        // A table that is gone or was altered: it concerns every event, so none may be put aside for it.
        case .SQLITE_ERROR, .SQLITE_SCHEMA:
            self = .inaccessible
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
            self = .corrupt
        default:
            self = .internal
        }
    }
}
