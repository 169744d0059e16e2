/// Growing pauses between tries of something that fails: doubling up to a limit, each a random half to whole of its length, so
/// that those who failed together do not come back together.
package struct Backoff: Sendable {
    private let first: Duration
    private let longest: Duration
    private var current: Duration

    /// The longest pause where nothing else is said: whoever waits for a server is back within a second of its return, however long it was
    /// away.
    package static let usualLimit = Duration.milliseconds(800)

    /// Makes a sequence of pauses.
    package init(first: Duration = .milliseconds(50), longest: Duration = usualLimit) {
        self.first = min(first, longest)
        self.longest = longest
        self.current = self.first
    }

    /// The next pause.
    package mutating func next() -> Duration {
        let pause = current * Double.random(in: 0.5...1)
        current = min(current * 2, longest)
        return pause
    }

    /// Begins anew, after a success.
    package mutating func reset() { current = first }
}
