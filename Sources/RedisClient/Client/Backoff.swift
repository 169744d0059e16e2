/// The pauses between attempts: doubling up to a limit, each a random half to whole of its length, so that many
/// clients of a server that comes back do not all arrive at once.
struct Backoff {
    let minimum: Duration
    let maximum: Duration
    private var current: Duration

    init(minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = maximum
        self.current = minimum
    }

    /// The next pause.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let pause = min(current, maximum)
        current = min(current * 2, maximum)
        return pause * Double.random(in: 0.5...1, using: &generator)
    }

    mutating func reset() { current = minimum }
}
