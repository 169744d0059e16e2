/// Frames of HTTP/2 (RFC 9113 section 4) as bytes: as much as a receiver of one request needs, right or wrong.
package enum HTTP2Frame {
    /// The kinds of frames.
    package enum Kind: UInt8 {
        case data = 0
        case headers = 1
        case resetStream = 3
        case settings = 4
        case pushPromise = 5
        case ping = 6
        case goAway = 7
        case windowUpdate = 8
        case continuation = 9
    }

    /// Flags: the frame is the last of its stream, or an acknowledgement.
    package static let endStream: UInt8 = 0x1
    /// Flag: the header section is complete.
    package static let endHeaders: UInt8 = 0x4

    static let headLength = 9

    static func payloadLength(of frame: [UInt8]) -> Int {
        Int(frame[0]) << 16 | Int(frame[1]) << 8 | Int(frame[2])
    }

    /// A frame.
    package static func frame(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = UInt32(payload.count)
        return [UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), kind.rawValue, flags]
            + bytes(of: stream) + payload
    }

    /// What a server says first: no settings other than the defaults.
    package static var settings: [UInt8] { frame(.settings) }

    /// SETTINGS with one setting.
    package static func settings(_ setting: UInt16, _ value: UInt32) -> [UInt8] {
        frame(.settings, [UInt8(setting >> 8), UInt8(setting & 0xFF)] + bytes(of: value))
    }

    /// HEADERS on the first request's stream, complete and the end of the answer unless told otherwise.
    package static func headers(_ block: [UInt8], flags: UInt8 = endStream | endHeaders) -> [UInt8] {
        frame(.headers, flags: flags, stream: 1, block)
    }

    /// DATA on the first request's stream.
    package static func data(_ payload: [UInt8], flags: UInt8 = 0) -> [UInt8] {
        frame(.data, flags: flags, stream: 1, payload)
    }

    /// RST_STREAM of the first request's stream.
    package static func resetStream(_ code: UInt32) -> [UInt8] {
        frame(.resetStream, stream: 1, bytes(of: code))
    }

    /// GOAWAY.
    package static func goAway(lastStream: UInt32, code: UInt32 = 0) -> [UInt8] {
        frame(.goAway, bytes(of: lastStream) + bytes(of: code))
    }

    private static func bytes(of value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
