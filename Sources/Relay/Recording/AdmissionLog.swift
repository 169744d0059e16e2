import Ledger
import Logging
import Telemetry

/// Lines about what the ledger did with what intake read, where that is worth one.
enum AdmissionLog {
    static func write(_ requests: [AdmissionRequest], _ admissions: [Admission], to logger: Logger) {
        for (request, admission) in zip(requests, admissions) {
            switch (request, admission) {
            case (.quarantine(let entry), _):
                logger.warning(
                    "Quarantined an entry that cannot be used",
                    metadata: Logger.Metadata([
                        .entry: "\(entry.source.entryID)", .field: "\(entry.field)", .reason: "\(entry.reason)",
                    ])
                )
            case (.delivery(let delivery), .conflict):
                logger.warning(
                    "Quarantined an event whose id is taken by one of other content",
                    metadata: Logger.Metadata([.entry: "\(delivery.source.entryID)", .event: "\(delivery.eventID)"])
                )
            case (.delivery(let delivery), .duplicate):
                logger.debug("Absorbed a repeated event", metadata: Logger.Metadata([.event: "\(delivery.eventID)"]))
            default:
                break
            }
        }
    }
}
