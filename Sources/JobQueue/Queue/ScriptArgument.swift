internal import Deliveries

/// One argument of a script.
enum ScriptArgument {
    case text(String)
    case number(Int64)
    /// In whole milliseconds.
    case duration(Duration)
    case data([UInt8])

    var bytes: [UInt8] {
        switch self {
        case .text(let text): Array(text.utf8)
        case .number(let number): Array(String(number).utf8)
        case .duration(let duration): Array(String(duration.wholeMilliseconds).utf8)
        case .data(let bytes): bytes
        }
    }
}
