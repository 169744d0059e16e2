package import Deliveries

/// Which deliveries to list (contract section 5, `GET /api/deliveries`); what is `nil` does not restrict.
package struct DeliveryQuery: Hashable, Sendable {
    /// In this status.
    package var status: DeliveryStatus?
    /// Of this route.
    package var route: String?
    /// On its way to this destination.
    package var destination: String?
    /// Of events of this type.
    package var type: String?
    /// Of events of this tenant.
    package var tenant: String?
    /// Of events about this job.
    package var jobID: String?
    /// Of this event.
    package var eventID: String?
    /// Received at this time or later.
    package var since: Timestamp?
    /// Received before this time.
    package var until: Timestamp?
    /// The outcome of the latest attempt.
    package var outcome: AttemptOutcome?
    /// The status code of the latest attempt.
    package var statusCode: Int?
    /// Text that the event id, job id, destination, URL or last error contains; matched literally, ASCII case ignored.
    package var text: String?
    /// 1 to 200.
    package var limit: Int
    /// The last delivery of the page before.
    package var after: DeliveryID?

    /// Makes a query that nothing restricts.
    package init(limit: Int = 50, after: DeliveryID? = nil) {
        self.limit = limit
        self.after = after
    }
}
