import Synchronization

/// Where the services read the routes in force, and where a reload puts new ones.
package final class RoutingBoard: Sendable {
    private let snapshot: Mutex<RoutingSnapshot>

    /// Starts with a snapshot.
    package init(_ snapshot: RoutingSnapshot) {
        self.snapshot = Mutex(snapshot)
    }

    /// The routes in force.
    package var current: RoutingSnapshot { snapshot.withLock { $0 } }

    func replace(with new: RoutingSnapshot) { snapshot.withLock { $0 = new } }
}
