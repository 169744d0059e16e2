import Deliveries

extension WorldPlan: CustomStringConvertible {
    package var description: String {
        var lines = [
            "limits: \(limits.inFlight) in flight, \(limits.held) held, windows of \(limits.smallestWindow) to \(limits.window), "
                + "\(limits.unrecorded) unrecorded, horizon \(limits.horizon) ms",
            "trouble until \(calmAt) ms; of a hundred calls of the ledger \(ledgerFailures) fail, "
                + "of a hundred results \(ledgerFailures > 0 ? 2 : 0) are refused, "
                + "of a hundred notices \(lateNotices) are late, of a hundred events \(writtenFirst) are written first",
        ]
        for (index, destination) in destinations.enumerated() {
            let rate = destination.policy.rate.map { ", \($0.count) in \($0.perMilliseconds) ms" } ?? ""
            lines.append(
                "destination \(index): \(destination.name), \(destination.policy.concurrency) at once\(rate), "
                    + "\(destination.policy.retries.delays.count) retries, "
                    + "\(destination.receiver.habit) until \(destination.receiver.recoversAt) ms"
            )
        }
        return lines.map { "  " + $0 }.joined(separator: "\n")
    }
}
