internal import CHiredis
internal import NIOCore

/// hiredis' parser: bytes in, replies out. Owns the C reader and frees it.
///
/// hiredis is told to build replies with functions of ours, so no `redisReply` tree is ever made: each string is
/// copied once, from the parser's buffer into its Swift array. A parser error is final, as it is in hiredis.
@safe
package final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    /// The function table must stay where it is as long as the reader lives: hiredis keeps the pointer.
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let maximumReplyBytes: Int
    private var builder = ReplyBuilder()
    /// Bytes of the unfinished reply that the parser has already taken out of its buffer.
    private var parsedBytes = 0

    /// - Parameter maximumReplyBytes: The longest reply that is taken, in bytes on the wire.
    /// - Throws: `protocolViolation` if hiredis has no memory for a reader.
    package init(maximumReplyBytes: Int) throws(RedisError) {
        self.maximumReplyBytes = maximumReplyBytes
        unsafe self.functions = .allocate(capacity: 1)
        unsafe functions.initialize(to: ReplyReader.makeFunctions())
        guard let reader = unsafe redisReaderCreateWithFunctions(functions) else {
            unsafe functions.deallocate()
            throw RedisError(.protocolViolation, "no memory for a reply reader")
        }
        unsafe self.reader = reader
        // Unretained: the reader cannot outlive this object, which owns it.
        unsafe reader.pointee.privdata = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        unsafe redisReaderFree(reader)
        unsafe functions.deinitialize(count: 1)
        unsafe functions.deallocate()
    }

    /// Takes all of `bytes`, and appends the replies that are whole with them to `replies`.
    ///
    /// - Throws: `protocolViolation`, after which nothing more can be read. `replies` has what came before the fault.
    package func read(_ bytes: UnsafeRawBufferPointer, into replies: inout [RedisValue]) throws(RedisError) {
        let text = unsafe bytes.assumingMemoryBound(to: CChar.self)
        guard unsafe redisReaderFeed(reader, text.baseAddress, text.count) == REDIS_OK else { throw violation() }
        while let reply = try nextReply() {
            replies.append(reply)
        }
    }

    private func nextReply() throws(RedisError) -> RedisValue? {
        let waiting = unparsedBytes
        var marker: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &marker) == REDIS_OK else { throw violation() }
        if let reply = builder.takeReply() {
            parsedBytes = 0
            return reply
        }
        parsedBytes += waiting - unparsedBytes
        guard parsedBytes + unparsedBytes <= maximumReplyBytes else {
            throw RedisError(.replyTooLarge, "a reply is larger than \(maximumReplyBytes) bytes")
        }
        return nil
    }

    private var unparsedBytes: Int {
        unsafe reader.pointee.len - reader.pointee.pos
    }

    private func violation() -> RedisError {
        // hiredis' texts are fixed sentences, at most with the one byte that was not understood.
        let text = unsafe withUnsafeBytes(of: &reader.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisError(.protocolViolation, oneLine(text, limit: 128))
    }
}

extension ReplyReader {
    /// The functions hiredis calls for each part of a reply, on the thread that feeds it. Each returns any pointer but
    /// null, which would mean "out of memory"; hiredis only passes it back.
    private static func makeFunctions() -> redisReplyObjectFunctions {
        unsafe redisReplyObjectFunctions(
            createString: { task, text, length in
                unsafe ReplyReader.add(to: task) { builder, kind in
                    let bytes = unsafe UnsafeRawBufferPointer(start: text, count: length)
                    switch kind {
                    case REDIS_REPLY_STATUS: builder.add(.simpleString(unsafe String(decoding: bytes, as: UTF8.self)))
                    case REDIS_REPLY_ERROR:
                        builder.add(.error(RedisServerError(unsafe String(decoding: bytes, as: UTF8.self))))
                    default: builder.add(.bulk(unsafe Array(bytes)))
                    }
                }
            },
            createArray: { task, count in
                unsafe ReplyReader.add(to: task) { builder, _ in builder.beginArray(count: Int(count)) }
            },
            createInteger: { task, number in
                unsafe ReplyReader.add(to: task) { builder, _ in builder.add(.integer(number)) }
            },
            createNil: { task in
                unsafe ReplyReader.add(to: task) { builder, _ in builder.add(.null) }
            },
            // Nothing to free: the builder owns the parts.
            freeObject: { _ in }
        )
    }

    private static func add(
        to task: UnsafePointer<redisReadTask>?,
        _ part: (inout ReplyBuilder, Int32) -> Void
    ) -> UnsafeMutableRawPointer? {
        guard let task = unsafe task, let owner = unsafe task.pointee.privdata else { return nil }
        let reader = unsafe Unmanaged<ReplyReader>.fromOpaque(owner).takeUnretainedValue()
        unsafe part(&reader.builder, task.pointee.type)
        return unsafe owner
    }
}
