import Glibc
import Synchronization

/// Writes whole lines to standard output or error.
enum StandardStream {
    case output
    case error

    /// Why standard output could not be written, if it could not: that nobody reads on is no failure.
    static var outputFailure: String? {
        let code = failureCode.load(ordering: .relaxed)
        return code == 0 || code == EPIPE ? nil : String(cString: strerror(code))
    }

    private static let failureCode = Atomic<Int32>(0)

    private var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

    /// Whether a person is looking.
    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Characters of a line, where a person is looking; `nil` elsewhere: what is read by programs is not cut.
    var width: Int? {
        var size = winsize()
        guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes a line for people. Receivers and publishers have a say in what is in it, so nothing in it steers the terminal, begins
    /// another line or turns the direction of writing.
    func write(_ line: String) { writeUnterminated(line.tame + "\n") }

    /// Writes a line of JSON as it is.
    func writeJSON(_ line: String) { writeUnterminated(line + "\n") }

    /// Writes text without a line break behind it.
    func writeUnterminated(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else {
                if written < 0, errno == EINTR { continue }
                if self == .output { Self.failureCode.store(errno, ordering: .relaxed) }
                return
            }
            rest = rest.dropFirst(written)
        }
    }
}

extension String {
    /// The text with a space for each line break and tab, and a replacement character for whatever else is not there to be read.
    var tame: String {
        guard unicodeScalars.contains(where: \.isWild) else { return self }
        var tame = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\n", "\r", "\t", "\u{2028}", "\u{2029}": tame.append(" ")
            default: tame.append(scalar.isWild ? "\u{FFFD}" : scalar)
            }
        }
        return String(tame)
    }
}

extension Unicode.Scalar {
    /// A control character, a line separator, or one that turns the direction of writing (UAX #9).
    fileprivate var isWild: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
