import Logging
import Synchronization

/// Keeps what is logged at `warning` and above, as `message key=value …` with the keys in their order.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// The lines that begin with this.
    func beginning(with text: String) -> [String] { lines.withLock { $0.filter { $0.hasPrefix(text) } } }

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.warning

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            lines.lines.withLock { $0.append("\(event.message)" + values.joined()) }
        }
    }
}
