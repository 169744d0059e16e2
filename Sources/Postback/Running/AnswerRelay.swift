import HTTPSender
import Relay
import Synchronization

/// Hands the sender's answers to the loop, which can only be made once the sender is there.
final class AnswerRelay: Sendable {
    private let loop = Mutex<DispatchLoop?>(nil)

    func connect(to loop: DispatchLoop) {
        self.loop.withLock { $0 = loop }
    }

    func deliver(_ results: [SendResult]) {
        loop.withLock { $0 }?.answered(results)
    }
}
