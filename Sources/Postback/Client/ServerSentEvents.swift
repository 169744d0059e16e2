import Foundation

/// Takes the data of events out of the bytes of a stream, which may be cut anywhere (HTML, section 9.2.6).
struct ServerSentEvents {
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false

    /// The data of the events that these bytes complete.
    mutating func add(_ bytes: some Sequence<UInt8>) -> [Data] {
        var events: [Data] = []
        for byte in bytes {
            guard byte == 0x0A else {
                line.append(byte)
                continue
            }
            if line.last == 0x0D { line.removeLast() }
            if line.isEmpty {
                if hasData { events.append(Data(data)) }
                data = []
                hasData = false
            } else if let value = Self.data(of: line) {
                if hasData { data.append(0x0A) }
                hasData = true
                data += value
            }
            line = []
        }
        return events
    }

    /// The value of a line that carries data, without the one space that may stand before it; `nil` for any other line.
    private static func data(of line: [UInt8]) -> ArraySlice<UInt8>? {
        guard line.starts(with: "data".utf8) else { return nil }
        let rest = line.dropFirst(4)
        guard rest.first == UInt8(ascii: ":") else { return rest.isEmpty ? rest : nil }
        let value = rest.dropFirst()
        return value.first == 0x20 ? value.dropFirst() : value
    }
}
