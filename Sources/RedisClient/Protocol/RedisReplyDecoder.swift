internal import NIOCore

/// Turns what arrives on a channel into replies: one message for each read, with all the replies that it completed.
///
/// A class, because it owns a C object; it lives on the channel's event loop and goes nowhere else.
final class RedisReplyDecoder: ByteToMessageDecoder {
    typealias InboundOut = [RedisValue]

    private let reader: ReplyReader

    init(maximumReplyBytes: Int) throws(RedisError) {
        self.reader = try ReplyReader(maximumReplyBytes: maximumReplyBytes)
    }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        var replies: [RedisValue] = []
        // hiredis keeps what is not yet whole in a buffer of its own, so all of this one is consumed, always.
        defer {
            buffer.moveReaderIndex(to: buffer.writerIndex)
            if !replies.isEmpty {
                context.fireChannelRead(wrapInboundOut(replies))
            }
        }
        try unsafe buffer.withUnsafeReadableBytes { bytes in
            try unsafe reader.read(bytes, into: &replies)
        }
        return .needMoreData
    }

    func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        buffer.readableBytes > 0 ? try decode(context: context, buffer: &buffer) : .needMoreData
    }
}
