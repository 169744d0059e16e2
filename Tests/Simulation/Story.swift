/// The latest things that happened in a world, kept cheaply and written out only when something went wrong.
struct Story {
    struct Line {
        var at: Int64
        var what: StaticString
        var subject: Int64
        var detail: Int64
    }

    static let length = 80

    private var lines: [Line] = []
    private var position = 0

    mutating func note(_ at: Int64, _ what: StaticString, _ subject: some BinaryInteger = -1, _ detail: some BinaryInteger = -1) {
        let line = Line(at: at, what: what, subject: Int64(subject), detail: Int64(detail))
        if lines.count < Self.length {
            lines.append(line)
        } else {
            lines[position] = line
        }
        position = (position + 1) % Self.length
    }

    var text: String {
        let start = lines.count < Self.length ? 0 : position
        return (lines[start...] + lines[..<start]).map { line in
            let subject = line.subject == -1 ? "" : " \(line.subject)"
            let detail = line.detail == -1 ? "" : " (\(line.detail))"
            return "  \(line.at) ms: \(line.what)\(subject)\(detail)"
        }.joined(separator: "\n")
    }
}
