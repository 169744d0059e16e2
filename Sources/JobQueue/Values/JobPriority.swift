/// Which of a queue's three streams a job waits in. With weighted order each gets its share (6 : 3 : 1), so that low ones
/// are never starved.
package enum JobPriority: String, Sendable, CaseIterable, Hashable {
    case high, normal, low
}
