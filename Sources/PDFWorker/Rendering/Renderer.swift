/// What makes PDFs from HTML.
protocol Renderer: Sendable {
    /// Makes a document. When the task is cancelled, whatever works on it is ended first and ``RenderFailure/Code/cancelled``
    /// thrown then.
    func render(_ request: RenderRequest) async throws(RenderFailure) -> RenderedDocument

    /// Waits until documents can be made, however long that takes, or until the task is cancelled.
    func waitUntilUsable() async
}
