package import Deliveries
package import Ledger
package import Logging

/// Everything that the API acts through. The composing program supplies it.
package struct APIDependencies: Sendable {
    /// Finds who a presented key belongs to. It must compare with every key, in constant time, without an early exit.
    package var authenticate: @Sendable (_ presented: [UInt8]) -> APIKey?
    /// Refuses the fields of an event that intake would refuse, and what the caller's tenant may not do to others, before they
    /// are published. A tenant of `nil`: the caller acts for all.
    package var validate: @Sendable (_ fields: [EventField], _ tenant: String?) throws(EventRefusal) -> Void
    package var events: any EventPublishing
    /// Lists, single deliveries, quarantined entries and statistics are read from here.
    package var ledger: any OperatorLedger
    package var deliveries: any DeliveryControlling
    package var quarantine: any QuarantineControlling
    package var destinations: any DestinationControlling
    package var jobs: any JobControlling
    package var jobRules: JobRules
    package var readiness: any ReadinessReporting
    package var metrics: any MetricsRendering
    /// What deliveries carry in `user-agent`, for the view of one delivery.
    package var userAgent: String
    package var limits: RateLimits
    /// The wall clock.
    package var now: @Sendable () -> Timestamp
    package var logger: Logger

    /// Collects what the API acts through.
    package init(
        authenticate: @escaping @Sendable (_ presented: [UInt8]) -> APIKey?,
        validate: @escaping @Sendable (_ fields: [EventField], _ tenant: String?) throws(EventRefusal) -> Void,
        events: any EventPublishing,
        ledger: any OperatorLedger,
        deliveries: any DeliveryControlling,
        quarantine: any QuarantineControlling,
        destinations: any DestinationControlling,
        jobs: any JobControlling,
        jobRules: JobRules,
        readiness: any ReadinessReporting,
        metrics: any MetricsRendering,
        userAgent: String,
        limits: RateLimits = .default,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.authenticate = authenticate
        self.validate = validate
        self.events = events
        self.ledger = ledger
        self.deliveries = deliveries
        self.quarantine = quarantine
        self.destinations = destinations
        self.jobs = jobs
        self.jobRules = jobRules
        self.readiness = readiness
        self.metrics = metrics
        self.userAgent = userAgent
        self.limits = limits
        self.now = now
        self.logger = logger
    }
}
