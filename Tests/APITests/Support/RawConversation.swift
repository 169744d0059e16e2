import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import API

/// A connection on which bytes are said and heard in turn.
struct RawConversation {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    /// What came and was not asked for yet.
    private var heard = ""

    fileprivate init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// What comes next, up to and with a text.
    mutating func read(through end: String) async throws -> String {
        while true {
            if let found = heard.range(of: end) {
                defer { heard = String(heard[found.upperBound...]) }
                return String(heard[..<found.upperBound])
            }
            let more = try await inbound.next(isolation: #isolation)
            heard += String(buffer: try #require(more, "the connection ended after: \(heard)"))
        }
    }

    /// What comes until the server ends the connection.
    mutating func readToEnd() async throws -> String {
        while let more = try await inbound.next(isolation: #isolation) { heard += String(buffer: more) }
        return heard
    }
}

extension RunningServer {
    /// Talks to the server on a connection of its own.
    func converse(_ talk: (inout RawConversation) async throws -> Void) async throws {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var conversation = RawConversation(inbound, outbound)
            try await talk(&conversation)
        }
    }
}
