import Deliveries
import JobQueue
import NIOCore

/// The text of Server-Sent Events (HTML, section 9.2).
enum ServerSentEvent {
    /// A comment, which clients pass over.
    static let keepAlive = ByteBuffer(string: ": still here\n\n")

    /// An event with a job as it stands: `progress`, or `end` once it has ended.
    static func bytes(of view: JobView) -> ByteBuffer {
        let name = view.record.status.isEnd ? "end" : "progress"
        var buffer = ByteBuffer(string: "id: \(id(of: view))\nevent: \(name)\ndata: ")
        // A line break in what a worker wrote would end the event.
        buffer.writeBytes(JSON.object(view.members).bytes.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 })
        buffer.writeString("\n\n")
        return buffer
    }

    /// Tells one state of a job from another.
    static func id(of view: JobView) -> String { String(view.record.updatedAt.milliseconds) }
}
