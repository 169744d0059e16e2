/// What a ``ScriptedReceiver`` does once it has read a request: steps, one after the other. Unless one of them ends the
/// connection, the next request is read from it.
package struct ScriptedAnswer: Sendable {
    /// One thing to do.
    package enum Step: Sendable {
        /// Send these bytes.
        case write([UInt8])
        /// Wait until someone opens the gate, or the peer is gone.
        case wait(Gate)
        /// Send these bytes so many times.
        case writeRepeatedly([UInt8], count: Int)
        /// Send these bytes one by one, with a pause behind each.
        case drip([UInt8], pause: Duration)
        /// Send these bytes again and again, pausing in between, until the peer is gone.
        case writeForever([UInt8], pause: Duration)
        /// Do nothing until the peer is gone.
        case hang
        /// Say that the script has got here.
        case tell(Milestones)
        /// Close the connection in order.
        case close
        /// Break the connection (RST).
        case reset
    }

    /// The steps.
    package var steps: [Step]

    /// Makes an answer of steps.
    package init(_ steps: Step...) {
        self.steps = steps
    }

    /// Makes an answer of a list of steps.
    package init(_ steps: [Step]) {
        self.steps = steps
    }

    /// A whole answer with a body of known length.
    package static func status(
        _ code: Int,
        headers: [(String, String)] = [],
        body: String = ""
    ) -> ScriptedAnswer {
        ScriptedAnswer(.write(whole(code, headers: headers, body: Array(body.utf8))))
    }

    /// A whole answer whose body is these bytes.
    package static func status(_ code: Int, headers: [(String, String)] = [], bytes: [UInt8]) -> ScriptedAnswer {
        ScriptedAnswer(.write(whole(code, headers: headers, body: bytes)))
    }

    /// Bytes as they are. The connection stays open.
    package static func raw(_ text: String) -> ScriptedAnswer {
        ScriptedAnswer(.write(Array(text.utf8)))
    }

    /// No answer; the connection is closed.
    package static var close: ScriptedAnswer { ScriptedAnswer(.close) }

    /// No answer; the connection is broken.
    package static var reset: ScriptedAnswer { ScriptedAnswer(.reset) }

    /// This answer, but only once the gate is open.
    package func after(_ gate: Gate) -> ScriptedAnswer {
        var answer = self
        answer.steps.insert(.wait(gate), at: 0)
        return answer
    }

    /// This answer, and then another step.
    package func then(_ step: Step) -> ScriptedAnswer {
        var answer = self
        answer.steps.append(step)
        return answer
    }

    private static func whole(_ code: Int, headers: [(String, String)], body: [UInt8]) -> [UInt8] {
        var head = "HTTP/1.1 \(code) Scripted\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if code != 204 { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }
}
