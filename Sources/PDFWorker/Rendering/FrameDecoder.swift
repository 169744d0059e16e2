import Deliveries

/// Takes the helper's output apart into frames.
struct FrameDecoder {
    /// What came cannot be a frame: the helper is not to be trusted any more.
    struct Broken: Error {}

    /// Larger frames are refused before they are gathered.
    private let limit: Int
    private var received: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        received.append(contentsOf: bytes)
    }

    /// The next whole frame; `nil` if there is none yet.
    mutating func next() throws(Broken) -> HelperFrame? {
        guard let length = number(at: 0) else { return nil }
        guard (4...limit).contains(length) else { throw Broken() }
        let end = 4 + length
        guard received.count >= end, let head = number(at: 4) else { return nil }
        guard (0...(length - 4)).contains(head), 8 + head <= end,
            let object = try? JSONObjectBytes(Array(received[8..<(8 + head)]))
        else { throw Broken() }
        let frame = HelperFrame(header: JSONReader.value(of: object), body: Array(received[(8 + head)..<end]))
        received.removeSubrange(..<end)
        return frame
    }

    private func number(at index: Int) -> Int? {
        guard index + 4 <= received.count else { return nil }
        return received[index..<index + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}
