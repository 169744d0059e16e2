package import Deliveries

/// How many requests of each class one key, or one address without a key, may make.
package struct RateLimits: Hashable, Sendable {
    private var rates: [RequestClass: DeliveryRate]

    /// Makes limits; a class that is not named has none.
    package init(_ rates: [RequestClass: DeliveryRate]) {
        self.rates = rates
    }

    /// The contract's: 600 submissions, 1,200 questions and 60 requests without a key a minute. Events have none: a full
    /// stream bounds them.
    package static let `default` = RateLimits([
        .submit: DeliveryRate(count: 600, perMilliseconds: 60_000),
        .status: DeliveryRate(count: 1200, perMilliseconds: 60_000),
        .health: DeliveryRate(count: 60, perMilliseconds: 60_000),
    ])

    /// The limit of a class; `nil`: none.
    package subscript(class: RequestClass) -> DeliveryRate? {
        get { rates[`class`] }
        set { rates[`class`] = newValue }
    }
}
