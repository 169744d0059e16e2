import Deliveries
import Logging
import Telemetry

/// Writes the one wide line of an attempt: what was tried, what came back, and what happens next.
enum AttemptLog {
    static func write(_ result: AttemptResult, _ flight: Flight, to logger: Logger) {
        let attempt = result.attempt
        let level: Logger.Level = attempt.outcome == .delivered ? .info : .warning
        guard logger.logLevel <= level else { return }
        let answer = attempt.answer
        let (next, due): (String, Timestamp?) =
            switch result.next {
            case .end(let status): (status.rawValue, nil)
            case .retry(let time, _): ("retry", time)
            }
        logger.log(
            level: level,
            "Attempt",
            metadata: Logger.Metadata([
                .delivery: "\(attempt.delivery)",
                .event: "\(flight.eventID)",
                .type: "\(flight.type)",
                .destination: "\(flight.order.destination)",
                .attempt: .stringConvertible(attempt.number),
                .trigger: "\(attempt.trigger.rawValue)",
                .outcome: "\(attempt.outcome.rawValue)",
                .statusCode: answer.statusCode.map { .stringConvertible($0) },
                .errorClass: attempt.errorClass.map { "\($0.rawValue)" },
                .error: answer.errorText.map { "\($0)" },
                .remoteAddress: answer.remoteAddress.map { "\($0)" },
                .totalMilliseconds: .stringConvertible(answer.times.total),
                .ageMilliseconds: .stringConvertible(attempt.startedAt.milliseconds(since: flight.publishedAt)),
                .next: "\(next)",
                .nextAttemptAt: due.map { "\($0.rfc3339)" },
                .requestedBy: attempt.requestedBy.map { "\($0)" },
            ])
        )
    }
}
