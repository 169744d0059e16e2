internal import Deliveries
package import RedisClient

/// Redis' replies: the same however the bytes are cut, a fault is final, and an unfinished reply stays within its bound.
package struct RedisReplyFuzzer: Fuzzer {
    package let name = "redis-reply"

    package let seeds = [
        "+OK\r\n:-42\r\n$-1\r\n*-1\r\n$0\r\n\r\n*0\r\n$7\r\na\r\n\u{0}b\n\u{7F}\r\n",
        "-NOGROUP No such key\r\n+PONG\r\n",
        "*2\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n*3\r\n-ERR x\r\n$-1\r\n+\r\n",
        "*1\r\n*2\r\n$15\r\npostback:events\r\n*1\r\n*2\r\n$15\r\n1705312800000-0\r\n*4\r\n$4\r\ntype\r\n$1\r\na\r\n$4\r\ndata\r\n$2\r\n{}\r\n",
        "*3\r\n$3\r\n0-0\r\n*0\r\n*1\r\n$15\r\n1705312800000-1\r\n",
        ":9223372036854775807\r\n:-9223372036854775808\r\n",
        "-ERR unknown command 'AUTH', with args beginning with: 'hunter2'\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
    ].map { Array($0.utf8) }

    package let tokens = [
        "\r\n", "\r", "\n", "*1\r\n", "*2\r\n", "*0\r\n", "*-1\r\n", "*2147483647\r\n", "$-1\r\n", "$0\r\n\r\n",
        "$1\r\n", "$536870912\r\n",
        "$9223372036854775807\r\n", "+", "-", ":", ":1\r\n", ":-\r\n", "%1\r\n", "~1\r\n", "_\r\n", "#t\r\n",
        ",1.5\r\n", "(1\r\n", "=5\r\ntxt:a\r\n",
    ].map { Array($0.utf8) }

    /// What came out of a reader.
    private struct Reading: Hashable {
        var replies: [RedisValue] = []
        var fault: RedisError.Code?
    }

    /// What becomes of a reply that was read.
    package typealias Change = @Sendable (RedisValue) -> RedisValue
    private let change: Change

    /// Makes the fuzzer; a test of it makes faulty replies of the true ones.
    package init(change: @escaping Change = { $0 }) {
        self.change = change
    }

    package func check(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let whole = try read(input, cuts: [], limit: 1 << 20)
        // Where the bytes are cut follows from the bytes, so that an input always has the same answer.
        var generator = SeededGenerator(
            seed: input.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        )
        let cuts = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
            Int.random(in: 0...input.count, using: &generator)
        }
        for cuts in [cuts.sorted(), Array(0...input.count)] where try read(input, cuts: cuts, limit: 1 << 20) != whole {
            throw FuzzFinding("other replies when the bytes are cut at \(cuts.prefix(10))")
        }
        try checkBound(input)
        let written = whole.replies.flatMap { Self.written($0) }
        guard try read(written, cuts: [], limit: 1 << 20).replies == whole.replies else {
            throw FuzzFinding("written and read again the replies are others")
        }
        for case .error(let error) in whole.replies where error.text.contains(", with args beginning with:") {
            throw FuzzFinding("an error repeats the arguments of a command")
        }
        return !whole.replies.isEmpty && whole.fault == nil
    }

    private func read(_ input: [UInt8], cuts: [Int], limit: Int) throws(FuzzFinding) -> Reading {
        let reader = try Self.reader(limit)
        var reading = Reading()
        var start = 0
        for end in cuts + [input.count] where reading.fault == nil {
            reading.fault = feed(input[start..<end], to: reader, &reading.replies)
            start = end
        }
        guard reading.fault != nil else { return reading }
        var later: [RedisValue] = []
        guard feed(Array("+OK\r\n".utf8)[...], to: reader, &later) != nil, later.isEmpty else {
            throw FuzzFinding("reads on after a fault")
        }
        return reading
    }

    /// However long a reply claims to be, no more than the limit and one piece is taken before it is refused.
    private func checkBound(_ input: [UInt8]) throws(FuzzFinding) {
        let (limit, piece) = (64, 16)
        let reader = try Self.reader(limit)
        var replies: [RedisValue] = []
        var waiting = 0
        for start in stride(from: 0, to: input.count, by: piece) {
            let count = replies.count
            let bytes = input[start..<min(input.count, start + piece)]
            if feed(bytes, to: reader, &replies) != nil { return }
            waiting = replies.count > count ? 0 : waiting + bytes.count
            guard waiting <= limit else { throw FuzzFinding("\(waiting) bytes wait, \(limit) are the limit") }
        }
    }

    private static func reader(_ limit: Int) throws(FuzzFinding) -> ReplyReader {
        do throws(RedisError) {
            return try ReplyReader(maximumReplyBytes: limit)
        } catch {
            throw FuzzFinding("no reader: \(error)")
        }
    }

    private func feed(_ bytes: ArraySlice<UInt8>, to reader: ReplyReader, _ replies: inout [RedisValue])
        -> RedisError.Code?
    {
        unsafe bytes.withUnsafeBytes { bytes in
            do throws(RedisError) {
                let count = replies.count
                defer { for index in count..<replies.count { replies[index] = change(replies[index]) } }
                try unsafe reader.read(bytes, into: &replies)
                return nil
            } catch {
                return error.code
            }
        }
    }

    /// A reply as a server writes it.
    private static func written(_ value: RedisValue) -> [UInt8] {
        switch value {
        case .simpleString(let text): Array("+\(text)\r\n".utf8)
        case .error(let error): Array("-\(error.text)\r\n".utf8)
        case .integer(let number): Array(":\(number)\r\n".utf8)
        case .null: Array("$-1\r\n".utf8)
        case .bulk(let bytes): Array("$\(bytes.count)\r\n".utf8) + bytes + Array("\r\n".utf8)
        case .array(let elements): Array("*\(elements.count)\r\n".utf8) + elements.flatMap { written($0) }
        }
    }
}
