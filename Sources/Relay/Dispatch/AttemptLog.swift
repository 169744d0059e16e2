import Deliveries
import Logging
import Telemetry

/// The one wide line of an attempt: what was tried, what came back, and what happens next.
enum AttemptLog {
    /// Adds the line of an attempt to those that are about to be written.
    static func add(_ result: AttemptResult, _ flight: Flight, to lines: inout LogBatch) {
        let attempt = result.attempt
        let answer = attempt.answer
        lines.add(attempt.outcome == .delivered ? .info : .warning, "Attempt") { line in
            let (next, due): (String, Timestamp?) =
                switch result.next {
                case .end(.delivered): (DeliveryStatus.delivered.rawValue, nil)
                case _ where result.wasCancelled: (DeliveryStatus.cancelled.rawValue, nil)
                case _ where result.replayDueAt != nil: (AttemptTrigger.replay.rawValue, result.replayDueAt)
                case .end(let status): (status.rawValue, nil)
                case .retry(let time, _): ("retry", time)
                }
            line.add(.ageMilliseconds, attempt.startedAt.milliseconds(since: flight.publishedAt))
            line.add(.attempt, attempt.number)
            line.add(.delivery, attempt.delivery.description)
            line.add(.destination, flight.order.destination)
            line.add(.error, answer.errorText)
            line.add(.errorClass, attempt.errorClass?.rawValue)
            line.add(.event, flight.eventID)
            line.add(.next, next)
            line.add(.nextAttemptAt, due?.rfc3339)
            line.add(.outcome, attempt.outcome.rawValue)
            line.add(.remoteAddress, answer.remoteAddress)
            line.add(.requestedBy, attempt.requestedBy)
            line.add(.statusCode, answer.statusCode)
            line.add(.totalMilliseconds, answer.times.total)
            line.add(.trigger, attempt.trigger.rawValue)
            line.add(.type, flight.type)
        }
    }
}
