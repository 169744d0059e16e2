import Deliveries

/// Something that is going to happen to a world from outside. Destinations are told by their place in the plan.
package struct Foreseen: Sendable {
    enum What {
        /// A worker publishes an event.
        case arrive(DeliveryID, Int)
        case pause(Int)
        case resume(Int)
        /// An operator calls a delivery off, and may think better of it after so many milliseconds.
        case cancel(DeliveryID, replayedAfter: Int64?)
        case replay(DeliveryID)
        /// An operator sends a test event.
        case test(DeliveryID, Int)
        case takeRouteAway(Int)
        case changeRoute(Int, DestinationPolicy)
        case setClock(by: Int64)
        /// The process dies, and is started again after so many milliseconds.
        case crash(downFor: Int64)
        /// The process is asked to stop, and started again once it has.
        case restart
    }

    /// When, in milliseconds since the world began.
    var at: Int64
    var what: What

    /// The destination that it names.
    var destination: Int? {
        switch what {
        case .arrive(_, let destination), .pause(let destination), .resume(let destination),
            .test(_, let destination), .takeRouteAway(let destination), .changeRoute(let destination, _):
            destination
        case .cancel, .replay, .setClock, .crash, .restart: nil
        }
    }

    /// Whether an operator steps in.
    var isByOperator: Bool {
        switch what {
        case .arrive, .setClock, .crash, .restart: false
        case .pause, .resume, .cancel, .replay, .test, .takeRouteAway, .changeRoute: true
        }
    }

    /// The same with another number for its destination.
    func naming(_ new: Int) -> Foreseen {
        var renamed = self
        switch what {
        case .arrive(let id, _): renamed.what = .arrive(id, new)
        case .pause: renamed.what = .pause(new)
        case .resume: renamed.what = .resume(new)
        case .test(let id, _): renamed.what = .test(id, new)
        case .takeRouteAway: renamed.what = .takeRouteAway(new)
        case .changeRoute(_, let policy): renamed.what = .changeRoute(new, policy)
        case .cancel, .replay, .setClock, .crash, .restart: break
        }
        return renamed
    }
}
