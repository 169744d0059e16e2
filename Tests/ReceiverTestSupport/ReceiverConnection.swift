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

    /// Reads a KiB at a time until the peer is gone.
    func readSlowly(pause: Duration) {
        var part = [UInt8](repeating: 0, count: 1024)
        while recv(descriptor, &part, part.count, 0) > 0 {
            if Socket.wait(for: [(descriptor, Socket.hungUp)], milliseconds: pause.wholeMilliseconds)[0] { return }
        }
    }

    /// Whether the first thing that the client says is the preface of HTTP/2 (RFC 9113 section 3.4), which is taken.
    func speaksHTTP2() -> Bool {
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        guard fill(preface.count), buffer.starts(with: preface) else { return false }
        buffer.removeFirst(preface.count)
        return true
    }

    /// Reads frames up to the first HEADERS; false if they do not come.
    func waitForHTTP2Request() -> Bool {
        while fill(HTTP2Frame.headLength) {
            let length = HTTP2Frame.headLength + HTTP2Frame.payloadLength(of: buffer)
            guard fill(length) else { return false }
            let isHead = buffer[3] == HTTP2Frame.Kind.headers.rawValue
            buffer.removeFirst(length)
            if isHead { return true }
        }
        return false
    }

    /// Reads until so many bytes are there.
    private func fill(_ count: Int) -> Bool {
        while buffer.count < count {
            guard Socket.receive(from: descriptor, into: &buffer) else { return false }
        }
        return true
    }

    /// Carries out an answer; false if the connection is over.
    func perform(_ answer: ScriptedAnswer) -> Bool {
        answer.steps.allSatisfy { perform($0) }
    }

    private func perform(_ step: ScriptedAnswer.Step) -> Bool {
        switch step {
        case .write(let bytes):
            return Socket.send(bytes, to: descriptor)
        case .writeRepeatedly(let bytes, let count):
            return (0..<count).allSatisfy { _ in Socket.send(bytes, to: descriptor) }
        case .drip(let bytes, let pause):
            return bytes.allSatisfy { Socket.send([$0], to: descriptor) && isThere(after: pause) }
        case .writeForever(let bytes, let pause):
            while Socket.send(bytes, to: descriptor), isThere(after: pause) {}
            return false
        case .wait(let gate):
            let ready = Socket.wait(for: [(gate.descriptor, Socket.readable), (descriptor, Socket.hungUp)])
            return ready[0]
        case .tell(let milestones):
            milestones.add(1)
            return true
        case .hang:
            _ = Socket.wait(for: [(descriptor, Socket.hungUp)])
            return false
        case .close:
            Socket.finish(descriptor)
            return false
        case .reset:
            Socket.resetOnClose(descriptor)
            return false
        }
    }

    /// Lets time pass; false if the peer has gone meanwhile.
    private func isThere(after pause: Duration) -> Bool {
        !Socket.wait(for: [(descriptor, Socket.hungUp)], milliseconds: pause.wholeMilliseconds)[0]
    }
}

extension Duration {
    /// In milliseconds, as `poll` takes them.
    fileprivate var wholeMilliseconds: Int32 {
        Int32(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
