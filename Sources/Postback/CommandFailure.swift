/// Why a command ends without having done what it was asked for.
struct CommandFailure: Error, CustomStringConvertible {
    /// Exit codes: 1, or as in sysexits.h.
    enum Code: Int32 {
        case failed = 1
        /// Input data was wrong (`EX_DATAERR`).
        case badData = 65
        /// A file that was named is not there (`EX_NOINPUT`).
        case noInput = 66
        /// A server that is needed is not there (`EX_UNAVAILABLE`).
        case unavailable = 69
        /// A file could not be written (`EX_CANTCREAT`).
        case cannotCreate = 73
        /// Standard output could not be written (`EX_IOERR`).
        case cannotWrite = 74
        /// Something else holds what is needed: try later (`EX_TEMPFAIL`).
        case tryLater = 75
        /// The key does not allow it (`EX_NOPERM`).
        case notAllowed = 77
        /// The configuration is wrong (`EX_CONFIG`).
        case badConfiguration = 78
    }

    /// The exit code.
    var code: Code
    /// What a person is told, a line each.
    var lines: [String]

    /// The same on one line, for a log.
    var description: String { lines.joined(separator: "; ") }

    init(_ code: Code, _ lines: String...) {
        self.code = code
        self.lines = lines
    }

    init(_ code: Code, lines: [String]) {
        self.code = code
        self.lines = lines
    }
}
