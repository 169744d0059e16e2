import Foundation

/// Takes the data of events out of the bytes of a stream, which may be cut anywhere.
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
            } else if line.starts(with: "data:".utf8) {
                if hasData { data.append(0x0A) }
                hasData = true
                data += line.dropFirst(5).drop { $0 == 0x20 }
            }
            line = []
        }
        return events
    }
}
