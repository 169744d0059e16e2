/// A request as a ``ScriptedReceiver`` read it.
package struct ReceivedRequest: Sendable {
    /// The number of the connection it came on, from 0.
    package var connection: Int
    /// The number of the request on its connection, from 0.
    package var number: Int
    /// The method.
    package var method: String
    /// The request target, byte for byte.
    package var target: String
    /// `HTTP/1.1`.
    package var version: String
    /// The header fields in order, with the names as they were sent.
    package var headers: [(name: String, value: String)]
    /// The body.
    package var body: [UInt8]

    /// The value of the first field of a name, whatever its case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The path of the target, without the query.
    package var path: String {
        String(target.prefix { $0 != "?" })
    }

    /// Reads a header section, without its last empty line; `nil` if it is not one.
    init?(head: some StringProtocol, connection: Int, number: Int) {
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: false).makeIterator()
        guard let parts = lines.next()?.split(separator: " ", omittingEmptySubsequences: false), parts.count == 3 else {
            return nil
        }
        self.connection = connection
        self.number = number
        method = String(parts[0])
        target = String(parts[1])
        version = String(parts[2])
        headers = []
        body = []
        while let line = lines.next() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...]
            headers.append((String(line[..<colon]), String(value.trimmingPrefix { $0 == " " })))
        }
    }
}
