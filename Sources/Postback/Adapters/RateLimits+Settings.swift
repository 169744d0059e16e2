import API
import Settings

extension RateLimits {
    /// The limits of the configuration.
    init(_ settings: RateLimitSettings) {
        self.init([:])
        self[.submit] = settings.submit
        self[.status] = settings.status
        self[.health] = settings.health
        self[.events] = settings.events
    }
}
