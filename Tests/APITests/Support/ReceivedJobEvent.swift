import Testing

@testable import API

/// One of the Server-Sent Events that a client got.
struct ReceivedJobEvent: Sendable {
    var name: String
    var data: JSONValue

    /// Reads the text of one event; `nil` for a comment.
    init?(_ block: Substring) {
        guard let name = block.firstMatch(of: /event: (\w+)/)?.1, let data = block.firstMatch(of: /data: (.+)/)?.1
        else {
            return nil
        }
        self.name = String(name)
        self.data = JSONValue(json: Array(data.utf8)) ?? .null
    }
}
