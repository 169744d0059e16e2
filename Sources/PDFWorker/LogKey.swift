/// The keys of this module's log metadata.
enum LogKey {
    static let process = "process"
    static let reason = "reason"
    static let engine = "engine"
    static let product = "product"
    static let line = "line"
    static let missing = "missing"
    static let count = "count"
    static let milliseconds = "duration_ms"
}
