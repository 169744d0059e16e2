import Deliveries
import Relay

/// Refuses a URL to call as far as it can be judged without a look-up, by the routes that are in force.
struct CallbackCheck: Sendable {
    let routing: RoutingBoard

    /// What is wrong with a URL that came with a job: one line; `nil`: nothing that is known.
    func refusal(of url: String) -> String? {
        let table = routing.current.table
        guard table.callbacks != nil else {
            return "cannot be called: callbacks.secret, which signs such calls, is not configured"
        }
        do {
            return table.addresses.knownRefusal(of: try DestinationURL(url), origin: .untrusted)
        } catch {
            return "\(error)"
        }
    }
}
