import Deliveries

/// The latest things that happened in a world, kept cheaply and written out only when something went wrong.
package struct Story: Sendable {
    /// Whom a line is about.
    enum Subject {
        case world
        case delivery(DeliveryID)
        case destination(Int)
    }

    private struct Line {
        var at: Int64
        var subject: Subject
        var what: StaticString
        var detail: Int?
    }

    private let length: Int
    private var lines: [Line] = []
    private var position = 0
    private(set) var lineCount = 0

    /// A story that keeps so many lines.
    init(length: Int) {
        self.length = length
    }

    mutating func note(_ at: Int64, _ subject: Subject, _ what: StaticString, _ detail: Int? = nil) {
        guard length > 0 else { return }
        let line = Line(at: at, subject: subject, what: what, detail: detail)
        if lines.count < length {
            lines.append(line)
        } else {
            lines[position] = line
        }
        position = (position + 1) % length
        lineCount += 1
    }

    /// The lines that were kept, each with its time in milliseconds since the world began.
    package var text: String {
        let start = lines.count < length ? 0 : position
        return (lines[start...] + lines[..<start]).map { line in
            let subject =
                switch line.subject {
                case .world: ""
                case .delivery(let id): "delivery \(id.rawValue) "
                case .destination(let number): "destination \(number) "
                }
            let detail = line.detail.map { " \($0)" } ?? ""
            return "  \(line.at) ms: \(subject)\(line.what)\(detail)"
        }.joined(separator: "\n")
    }
}
