import Glibc

/// Shows how far a job is: one line that is written over again and again on a terminal, a line for each change elsewhere.
final class ProgressLine {
    private let isTerminal = StandardStream.error.isTerminal
    private let started = ContinuousClock.now
    private var latest = ""
    private var isOpen = false

    /// Shows a job as the API tells of it.
    func show(_ job: JSONValue) {
        let status = job["status"]?.text ?? ""
        let percent = job["progress"]?.text.flatMap { Int($0) } ?? 0
        let detail =
            switch status {
            case "processing": job["stage"]?.text ?? "processing"
            case "queued": "queued" + (job["position_in_queue"]?.text.map { ", position \($0)" } ?? "")
            case "scheduled": "waits until \(job["next_retry_at"]?.text ?? job["run_at"]?.text ?? "its time")"
            default: status
            }
        let text = isTerminal ? Self.bar(percent) + "  \(Self.padded(percent)) %  \(detail)" : "\(percent) %  \(detail)"
        guard text != latest else { return }
        latest = text
        guard isTerminal else { return StandardStream.error.write(text) }
        // To the beginning of the line, and what was there before away.
        StandardStream.error.writeUnterminated("\r\u{1B}[K" + Self.cut(text))
        isOpen = true
    }

    /// Ends the line, so that what follows has one of its own.
    func end() {
        guard isOpen else { return }
        isOpen = false
        StandardStream.error.write("")
    }

    /// How long it has been shown.
    var elapsed: Duration { ContinuousClock.now - started }

    static func bar(_ percent: Int, width: Int = 24) -> String {
        let filled = min(max(percent, 0), 100) * width / 100
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }

    private static func padded(_ percent: Int) -> String {
        String(repeating: " ", count: max(0, 3 - String(percent).count)) + String(percent)
    }

    /// A line that wraps cannot be written over.
    private static func cut(_ text: String) -> String {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return text }
        return String(text.prefix(Int(size.ws_col) - 1))
    }
}
