import Testing

@testable import PDFWorker

@Suite struct FrameTests {
    private let frame = HelperFrame(header: .object([.init(name: "id", value: .number("7"))]), body: [1, 2, 3])

    @Test func `frames survive being cut anywhere`() throws {
        let bytes = frame.encoded() + HelperFrame.cancel(id: 1).encoded() + frame.encoded()
        for size in [1, 2, 3, 7, bytes.count] {
            var decoder = FrameDecoder(limit: 1_000)
            var frames: [HelperFrame] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                decoder.append(bytes[start..<min(start + size, bytes.count)])
                while let frame = try decoder.next() { frames.append(frame) }
            }
            #expect(frames == [frame, .cancel(id: 1), frame])
        }
    }

    @Test(arguments: [
        [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [0, 0, 0, 3, 0, 0, 0, 0], [0, 0, 0, 6, 0, 0, 0, 9, 1, 2],
        [0, 0, 0, 6, 0, 0, 0, 2, 0x5B, 0x5D], [0, 0, 0, 4, 0, 0, 0, 0],
    ])
    func `what is no frame is refused, and never waited for`(bytes: [UInt8]) {
        var decoder = FrameDecoder(limit: 1_000)
        decoder.append(bytes)
        #expect(throws: FrameDecoder.Broken.self) { try decoder.next() }
    }
}
