/// Growing pauses between tries of something that fails: doubling, capped, each shortened by up to a half at random.
struct Backoff {
    private let first: Duration
    private let longest: Duration
    private var current: Duration

    init(first: Duration = .milliseconds(50), longest: Duration = .seconds(5)) {
        self.first = first
        self.longest = longest
        self.current = first
    }

    /// The next pause.
    mutating func next() -> Duration {
        let pause = current * Double.random(in: 0.5...1)
        current = min(current * 2, longest)
        return pause
    }

    /// Begins anew, after a success.
    mutating func reset() { current = first }
}
