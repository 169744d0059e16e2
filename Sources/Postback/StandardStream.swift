import Glibc

/// Writes whole lines to standard output or error.
enum StandardStream {
    case output
    case error

    private var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

    /// Whether a person is looking.
    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Characters of a line, where a person is looking; `nil` elsewhere: what is read by programs is not cut.
    var width: Int? {
        var size = winsize()
        guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes a line.
    func write(_ line: String) { writeUnterminated(line + "\n") }

    /// Writes text without a line break behind it.
    func writeUnterminated(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else {
                if written < 0, errno == EINTR { continue }
                return
            }
            rest = rest.dropFirst(written)
        }
    }
}
