import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// The body of a request whose client sends it only when asked to: the first read asks.
struct AwaitedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let channel: any Channel

    /// Whether the client has a body and waits to be asked for it.
    static func isExpected(_ headers: HTTPFields) -> Bool {
        guard headers[.expect]?.lowercased() == "100-continue" else { return false }
        return headers.contains(.transferEncoding) || headers[.contentLength].map { $0 != "0" } ?? false
    }

    func makeAsyncIterator() -> Iterator { Iterator(rest: body.makeAsyncIterator(), channel: channel) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var rest: RequestBody.AsyncIterator
        fileprivate let channel: any Channel
        private var wasAsked = false

        fileprivate init(rest: RequestBody.AsyncIterator, channel: any Channel) {
            self.rest = rest
            self.channel = channel
        }

        @concurrent mutating func next() async throws -> ByteBuffer? {
            if !wasAsked {
                wasAsked = true
                try await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
            }
            return try await rest.next()
        }
    }
}
