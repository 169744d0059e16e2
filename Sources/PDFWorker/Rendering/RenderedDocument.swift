/// A document that was made.
struct RenderedDocument: Hashable, Sendable {
    var pdf: [UInt8]
    var pages: Int
    /// How long the engine worked on it.
    var milliseconds: Int
    /// What the engine did not understand, one line each.
    var warnings: [String]
}
