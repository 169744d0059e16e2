package import Deliveries

/// `api.limits`: how many requests one key, or one address without a key, may make. Each is a number of requests and a time, such
/// as `600/m`, or `none`; `nil` means `none`.
package struct RateLimitSettings: Hashable, Sendable {
    /// `submit`: submitting jobs. Default 600/m.
    package var submit: DeliveryRate? = DeliveryRate(count: 600, perMilliseconds: 60_000)
    /// `status`: everything else that needs the role `submit`. Default 1200/m.
    package var status: DeliveryRate? = DeliveryRate(count: 1200, perMilliseconds: 60_000)
    /// `health`: what needs no key, or comes without one that is known. Default 60/m.
    package var health: DeliveryRate? = DeliveryRate(count: 60, perMilliseconds: 60_000)
    /// `events`: publishing events over HTTP. Default none.
    package var events: DeliveryRate?

    /// The names of the limits.
    static let keys = ["submit", "status", "health", "events"]
}

extension RateLimitSettings {
    /// Reads `limits` of a section.
    init(_ section: LayeredSection) {
        self.init()
        for (name, value) in section.fields("limits", limit: 20) ?? [] {
            guard value.text == "none" || DeliveryRate(value.text) != nil else {
                section.context.report(
                    value.place,
                    "must be none, or a number of requests from 1 to 1000000 and a time: 10/s, 600/m, 5000/h"
                )
                continue
            }
            let rate = DeliveryRate(value.text)
            switch name {
            case "submit": submit = rate
            case "status": status = rate
            case "health": health = rate
            case "events": events = rate
            default:
                let known = Self.keys.joined(separator: ", ")
                section.context.report(value.place, "is no class of requests; known are \(known)")
            }
        }
    }
}
