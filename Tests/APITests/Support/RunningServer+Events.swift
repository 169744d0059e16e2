import Foundation
import JobQueue
import NIOCore
import NIOPosix

extension RunningServer {
    /// Follows a job on a connection of its own.
    func follow(
        _ id: JobID,
        _ body: (ReceivedJobEvents) async throws -> Void
    ) async throws {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let (events, received) = AsyncStream.makeStream(of: ReceivedJobEvent.self)
        let request =
            "GET /api/jobs/\(id)/events HTTP/1.1\r\nHost: x\r\nX-API-Key: ops-secret\r\nConnection: close\r\n\r\n"
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { received.finish() }
                try await channel.executeThenClose { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: request))
                    var text = ""
                    for try await buffer in inbound {
                        // What frames the chunks stands between events and is passed over with them.
                        text += String(buffer: buffer)
                        while let end = text.range(of: "\n\n") {
                            if let event = ReceivedJobEvent(text[..<end.lowerBound]) { received.yield(event) }
                            text = String(text[end.upperBound...])
                        }
                    }
                }
            }
            try await body(ReceivedJobEvents(stream: events))
            group.cancelAll()
        }
    }
}
