/// What the intake reads, and how.
package struct IntakeConfiguration: Hashable, Sendable {
    /// The stream's key.
    package var stream: String
    /// The consumer group.
    package var group: String
    /// Entries in one read, and in one commit.
    package var batch: Int
    /// How long an entry must have been left alone before it is taken over from a consumer of another ledger.
    package var claimIdle: Duration
    /// How long a read waits for entries.
    package var block: Duration

    /// Makes a configuration; without arguments, the contract's names and defaults.
    package init(
        stream: String = "postback:events",
        group: String = "relay",
        batch: Int = 500,
        claimIdle: Duration = .seconds(60),
        block: Duration = .seconds(5)
    ) {
        self.stream = stream
        self.group = group
        self.batch = batch
        self.claimIdle = claimIdle
        self.block = block
    }
}
