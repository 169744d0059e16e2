internal import CHiredis
internal import NIOCore

/// Writes commands as RESP, with hiredis' formatter.
enum CommandEncoder {
    /// The largest command that is sent: the server's own default for one argument (`proto-max-bulk-len`).
    static let maximumCommandBytes = 512 * 1024 * 1024

    /// Appends `commands` to `buffer`.
    ///
    /// - Throws: `invalidConfiguration` for a command without a name or larger than the limit. Nothing may be sent then.
    static func encode(_ commands: [RedisCommand], into buffer: inout ByteBuffer) throws(RedisError) {
        for command in commands {
            try encode(command, into: &buffer)
        }
    }

    private static func encode(_ command: RedisCommand, into buffer: inout ByteBuffer) throws(RedisError) {
        guard !command.parts.storage.isEmpty, command.parts.storage.count <= maximumCommandBytes,
            let count = Int32(exactly: command.parts.ends.count)
        else {
            throw RedisError(.invalidConfiguration, "a command is empty or larger than \(maximumCommandBytes) bytes")
        }
        let isWritten = unsafe command.parts.storage.withUnsafeBytes { bytes in
            unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: command.parts.ends.count) {
                pointers in
                unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: command.parts.ends.count) { lengths in
                    let text = unsafe bytes.assumingMemoryBound(to: CChar.self)
                    var start = 0
                    for (index, end) in command.parts.ends.enumerated() {
                        unsafe pointers.initializeElement(at: index, to: text.baseAddress.map { unsafe $0 + start })
                        unsafe lengths.initializeElement(at: index, to: end - start)
                        start = end
                    }
                    return unsafe append(count: count, pointers.baseAddress, lengths.baseAddress, to: &buffer)
                }
            }
        }
        guard isWritten else {
            throw RedisError(.invalidConfiguration, "a command could not be formatted")
        }
    }

    /// Formats into memory of hiredis' own, and copies that.
    private static func append(
        count: Int32,
        _ pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
        _ lengths: UnsafeMutablePointer<Int>?,
        to buffer: inout ByteBuffer
    ) -> Bool {
        // The sds flavour: about a quarter faster than redisFormatCommandArgv, which formats with sprintf.
        var formatted: sds?
        let length = unsafe redisFormatSdsCommandArgv(&formatted, count, pointers, lengths)
        guard length > 0, let text = unsafe formatted else { return false }
        unsafe buffer.writeBytes(UnsafeRawBufferPointer(start: text, count: Int(length)))
        unsafe redisFreeSdsCommand(text)
        return true
    }
}
