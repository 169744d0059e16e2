/// An error as the server worded it, such as `NOGROUP No such key 'events' or consumer group 'relay'`.
package struct RedisServerError: Hashable, Sendable, CustomStringConvertible {
    /// The server's text, as one line of at most 256 characters.
    ///
    /// What follows "with args beginning with:" is left out: a server that does not know `AUTH`, because an operator
    /// renamed it, repeats the arguments it was given there, which would put a password into a log.
    package let text: String

    package init(_ text: String) {
        self.text = Self.cleaned(text)
    }

    /// The code word in front, such as `NOGROUP` or `READONLY`; `ERR` if there is none.
    package var code: Substring {
        let word = text.prefix { $0 != " " }
        let isCode = word.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        return isCode && !word.isEmpty ? word : "ERR"
    }

    /// Whether the server's condition can pass by itself: it is loading, full, read-only after a failover, busy with
    /// a script, or cannot persist.
    package var isTransient: Bool {
        switch code {
        case "LOADING", "OOM", "MISCONF", "READONLY", "MASTERDOWN", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "NOREPLICAS":
            true
        default: false
        }
    }

    /// `NOGROUP`, or the `UNBLOCKED` that Redis 7.0 sends when the key vanishes under a blocked read.
    package var isMissingGroup: Bool { code == "NOGROUP" || text.hasPrefix("UNBLOCKED the stream key") }

    /// A key holds something else than the command works on, whether it was sent by itself or by a script: Redis 7.0 says so
    /// first, older ones behind the script's name.
    package var isWrongType: Bool { text.contains("WRONGTYPE ") }

    package var description: String { text }

    private static func cleaned(_ text: String) -> String {
        let needsNoWork = text.utf8.count <= 256 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        var line = needsNoWork ? text : oneLine(text, limit: 256)
        if let echo = line.firstRange(of: ", with args beginning with:") {
            line.removeSubrange(echo.lowerBound...)
        }
        return line
    }
}
