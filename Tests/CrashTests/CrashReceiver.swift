import Foundation
import ReceiverTestSupport

/// A receiver that writes everything down and treats requests as a test says.
struct CrashReceiver: Sendable {
    let log: ArrivalLog
    private let receiver: ScriptedReceiver

    /// - Parameters:
    ///   - gate: what a taken request waits for before it is answered.
    ///   - treatment: decides on the thread of the connection, which it may hold up.
    init(
        answeringAfter gate: Gate? = nil,
        _ treatment: @escaping @Sendable (_ event: String, _ attempt: Int, _ run: Int) -> Arrival.Treatment = {
            _,
            _,
            _ in
            .taken
        }
    ) throws {
        let log = ArrivalLog()
        self.log = log
        receiver = try ScriptedReceiver { request in
            let event = request.header("webhook-id") ?? ""
            let attempt = request.header("x-postback-attempt").flatMap(Int.init) ?? 0
            let run = request.header("x-run").flatMap(Int.init) ?? 0
            let treatment = treatment(event, attempt, run)
            log.note(Arrival(event: event, attempt: attempt, run: run, body: request.body, treatment: treatment))
            switch treatment {
            case .taken:
                let answer = ScriptedAnswer.status(200, body: "ok")
                return gate.map { answer.after($0) } ?? answer
            case .refused: return .status(503, body: "later")
            case .dropped: return .close
            }
        }
    }

    /// Its address.
    func url(_ path: String) -> String { receiver.url(path) }
}
