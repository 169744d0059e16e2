import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Says what is wrong with a request that is no HTTP, or whose headers are too large.
///
/// Such a request never gets to the router. Hummingbird answers it with 400 and nothing else, in its turn after the requests before
/// it, and closes the connection; this puts the problem into that answer.
final class ParserProblemHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Bytes of the request's target, or of one header field, at most.
    static let fieldLimit = 8 << 10
    /// Bytes of them all at most.
    static let listLimit = 32 << 10
    /// Header fields at most.
    static let countLimit = 100

    private var problem: Problem?

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError { problem = Self.problem(for: error) }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // An answer of the API has a content type.
        guard let problem, case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
            !head.headerFields.contains(.contentType)
        else { return context.write(data, promise: promise) }
        self.problem = nil
        let body = ByteBuffer(bytes: problem.document.bytes)
        let fields: HTTPFields = [
            .contentType: Problem.contentType, .contentLength: String(body.readableBytes), .connection: "close",
            .xContentTypeOptions: "nosniff", .cacheControl: "no-store",
        ]
        let answer = HTTPResponse(status: problem.kind.status, headerFields: fields)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: promise)
    }

    private static func problem(for error: HTTPParserError) -> Problem {
        if case .headerOverflow = error {
            return Problem(
                .headersTooLarge,
                "the request's target and its header fields may have \(fieldLimit) bytes each, \(listLimit) together, and there may be "
                    + "\(countLimit) fields"
            )
        }
        return Problem(.malformed, "the request cannot be read as HTTP/1.1: \(error.debugDescription)")
    }
}
