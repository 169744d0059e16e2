import Foundation
import Glibc

/// One connection of a ``ScriptedReceiver``: reads requests and carries out answers, on the connection's thread.
final class ReceiverConnection {
    private let descriptor: Int32
    private let number: Int
    private var buffer: [UInt8] = []
    private var requestCount = 0

    init(descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
    }

    /// Waits for the next request; `nil` when the peer is gone or what it sends is no request.
    func nextRequest(resettingAfterHead: Bool) -> ReceivedRequest? {
        let separator = Data("\r\n\r\n".utf8)
        var headEnd = Data(buffer).range(of: separator)
        while headEnd == nil {
            guard Socket.receive(from: descriptor, into: &buffer) else { return nil }
            headEnd = Data(buffer).range(of: separator)
        }
        guard let headEnd else { return nil }
        if resettingAfterHead {
            Socket.resetOnClose(descriptor)
            return nil
        }
        let head = String(decoding: buffer[..<headEnd.lowerBound], as: UTF8.self)
        guard var request = ReceivedRequest(head: head, connection: number, number: requestCount) else { return nil }
        let length = request.header("content-length").flatMap(Int.init) ?? 0
        while buffer.count < headEnd.upperBound + length {
            guard Socket.receive(from: descriptor, into: &buffer) else { return nil }
        }
        request.body = Array(buffer[headEnd.upperBound..<headEnd.upperBound + length])
        buffer.removeFirst(headEnd.upperBound + length)
        requestCount += 1
        return request
    }

    /// Carries out an answer; false if the connection is over.
    func perform(_ answer: ScriptedAnswer) -> Bool {
        for step in answer.steps {
            switch step {
            case .write(let bytes):
                guard Socket.send(bytes, to: descriptor) else { return false }
            case .wait(let gate):
                let ready = Socket.wait(for: [(gate.descriptor, Socket.readable), (descriptor, Socket.hungUp)])
                guard ready[0] else { return false }
            case .writeForever(let bytes, let pause):
                let milliseconds = Int32(
                    pause.components.seconds * 1000 + pause.components.attoseconds / 1_000_000_000_000_000
                )
                while Socket.send(bytes, to: descriptor) {
                    if Socket.wait(for: [(descriptor, Socket.hungUp)], milliseconds: milliseconds)[0] { break }
                }
                return false
            case .close:
                return false
            case .reset:
                Socket.resetOnClose(descriptor)
                return false
            }
        }
        return true
    }
}
