import CCurl
import Deliveries
import FaultPoints

/// The life of the sender's thread: take requests, let libcurl work, hand answers over, wait.
///
/// Belongs to that thread from the moment it starts.
final class TransferLoop {
    /// Outlives the transfers, which are gone from it by the time this object ends.
    private let multi: MultiHandle
    let inbox: Inbox
    private let configuration: HTTPSenderConfiguration

    /// Transfers under way. Each knows its place, so that taking one out costs the same whatever their number.
    private var active: [Transfer] = []
    /// Transfers that can be used again, the warmest last.
    private var idle: [Transfer] = []
    private var results: [SendResult] = []

    init(multi: MultiHandle, inbox: Inbox, configuration: HTTPSenderConfiguration) {
        self.multi = multi
        self.inbox = inbox
        self.configuration = configuration
    }

    func run() {
        while true {
            let (requests, isClosing) = inbox.take()
            if !requests.isEmpty { FaultPoint.senderTaken.reached() }
            for request in requests { start(request) }
            if isClosing { break }
            multi.perform()
            while let (transfer, code) = multi.nextEnded() { finish(transfer, code: code) }
            deliver()
            // libcurl's own timers shorten this; whoever adds a request ends it.
            if inbox.prepareToWait() { multi.wait(milliseconds: 60_000) }
        }
        for transfer in active { finish(transfer, code: nil) }
        deliver()
    }

    private func start(_ request: SendRequest) {
        guard let transfer = idle.popLast() ?? Transfer(multi: multi, configuration: configuration) else {
            var answer = Answer.unsent(.connect, "out of memory")
            answer.isOwnTrouble = true
            results.append(SendResult(token: request.token, answer: answer))
            return
        }
        if let refusal = transfer.prepare(request) {
            results.append(SendResult(token: request.token, answer: refusal))
            idle.append(transfer)
            return
        }
        transfer.place = active.count
        active.append(transfer)
        let code = multi.add(transfer)
        if code != CURLE_OK { finish(transfer, code: code) }
    }

    private func finish(_ transfer: Transfer, code: CURLcode?) {
        if transfer.exchange.wasSpoilt, code == CURLE_ABORTED_BY_CALLBACK { return restart(transfer) }
        // Before the handle leaves the multi handle: that resets some of what it tells.
        let answer = transfer.answer(code: code)
        multi.remove(transfer)
        if transfer.hasHTTP2, let ends = transfer.exchange.ends { multi.sockets.forget(ends) }
        results.append(SendResult(token: transfer.token, answer: answer))
        let last = active.removeLast()
        if last !== transfer {
            last.place = transfer.place
            active[transfer.place] = last
        }
        transfer.clear()
        if idle.count < configuration.idleConnections { idle.append(transfer) }
    }

    /// Has a request make do with another connection. libcurl has closed the one it tried, so that this comes to an end.
    private func restart(_ transfer: Transfer) {
        multi.remove(transfer)
        transfer.restart()
        let code = multi.add(transfer)
        if code != CURLE_OK { finish(transfer, code: code) }
    }

    private func deliver() {
        guard !results.isEmpty else { return }
        FaultPoint.answerReceived.reached()
        inbox.deliver(results)
        results.removeAll(keepingCapacity: true)
    }
}

extension Answer {
    /// A failure before anything was sent.
    static func unsent(_ failure: ErrorClass, _ text: String) -> Answer {
        Answer(failure: failure, errorText: text, requestWasSent: false, times: PhaseTimes(total: 0))
    }
}
