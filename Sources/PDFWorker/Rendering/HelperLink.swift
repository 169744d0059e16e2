/// The way to a helper that is running.
struct HelperLink: Sendable {
    /// Frames that it is to get, in order; finishing it closes the helper's input, which ends it.
    let outbox: AsyncStream<[UInt8]>.Continuation
    /// Says that the helper gets nothing more.
    let retire: @Sendable () -> Void
    /// Ends the helper at once, with all that it works on.
    let kill: @Sendable () -> Void
    /// Its id, and that of its process group.
    let process: Int32
}
