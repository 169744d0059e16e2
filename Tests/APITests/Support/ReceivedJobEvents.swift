/// The events of one stream, one after the other.
struct ReceivedJobEvents: Sendable {
    let stream: AsyncStream<ReceivedJobEvent>

    /// The next event; `nil` when the stream has ended.
    func next() async -> ReceivedJobEvent? { await stream.first { _ in true } }
}
