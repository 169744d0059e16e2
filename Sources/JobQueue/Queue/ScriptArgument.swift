internal import Deliveries
internal import RedisClient

/// One argument of a script.
enum ScriptArgument {
    case text(String)
    case number(Int64)
    /// In whole milliseconds.
    case duration(Duration)
    case data([UInt8])

    func add(to arguments: inout RedisArguments) {
        switch self {
        case .text(let text): arguments.append(text)
        case .number(let number): arguments.append(number)
        case .duration(let duration): arguments.append(duration.wholeMilliseconds)
        case .data(let bytes): arguments.append(bytes)
        }
    }
}
