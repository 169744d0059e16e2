import Deliveries

/// The latest things that happened in a world, kept cheaply and written out only when something went wrong.
struct Story {
    struct Line {
        var at: Int64
        var what: StaticString
        var subject: Int
        var detail: Int
    }

    private let length: Int
    private var lines: [Line] = []
    private var position = 0

    /// A story that keeps so many lines.
    init(length: Int) {
        self.length = length
    }

    mutating func note(_ at: Int64, _ what: StaticString, _ delivery: DeliveryID, _ detail: Int = -1) {
        note(at, what, Int(delivery.rawValue), detail)
    }

    mutating func note(_ at: Int64, _ what: StaticString, _ subject: Int = -1, _ detail: Int = -1) {
        let line = Line(at: at, what: what, subject: subject, detail: detail)
        if lines.count < length {
            lines.append(line)
        } else {
            lines[position] = line
        }
        position = (position + 1) % length
    }

    var text: String {
        let start = lines.count < length ? 0 : position
        return (lines[start...] + lines[..<start]).map { line in
            let subject = line.subject == -1 ? "" : " \(line.subject)"
            let detail = line.detail == -1 ? "" : " (\(line.detail))"
            return "  \(line.at) ms: \(line.what)\(subject)\(detail)"
        }.joined(separator: "\n")
    }
}
