/// What one document may cost.
package struct RenderLimits: Hashable, Sendable {
    /// Bytes of a request's `data`.
    package static let data = 1 << 20
    /// Elements of one list in it.
    package static let rows = 10_000
    /// Bytes of the filled template.
    package static let html = 5 << 20

    /// Wall-clock time, and processor time.
    package var time: Duration
    /// Bytes of address space.
    package var memory: Int
    /// Bytes of PDF, and of any file that the engine writes.
    package var output: Int
    package var pages: Int

    package init(time: Duration = .seconds(300), memory: Int = 1 << 30, output: Int = 50 << 20, pages: Int = 500) {
        self.time = time
        self.memory = memory
        self.output = output
        self.pages = pages
    }
}
