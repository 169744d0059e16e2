import Deliveries

/// Shows and changes how destinations stand.
package protocol DestinationControlling: Sendable {
    /// Every destination that a route names or that the dispatcher knows, in any order.
    func destinations() async -> [DestinationState]

    /// Stops sending to a destination until it is resumed. - Returns: how it stands now.
    func pause(_ name: String, requestedBy: String) async throws(DestinationControlError) -> DestinationState

    /// Lets a paused, suspended or gone destination take deliveries again. - Returns: how it stands now.
    func resume(_ name: String, requestedBy: String) async throws(DestinationControlError) -> DestinationState

    /// Sends one signed test event, recorded like any delivery and never retried, whatever the destination's state.
    func test(_ name: String, requestedBy: String) async throws(DestinationControlError) -> DestinationTest
}

/// Why a destination could not be changed or tested.
package enum DestinationControlError: Error, Hashable, Sendable {
    /// No destination has this name.
    case notFound
    /// No configuration says how it is called or signed, so nothing can be sent.
    case notConfigured
    /// The ledger or the relay cannot take it at the moment: try again later.
    case unavailable
}
