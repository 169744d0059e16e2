extension RenderFailure {
    /// What the helper's word for a failure means for those who wait for the document.
    init(code: String, message: String) {
        let code = Code(rawValue: code) ?? .defect
        switch code {
        case .asset:
            self.init(code, "the template asks for \"\(message)\", which is not one of its assets")
        case .template:
            self.init(code, "the template cannot be rendered: \(message)")
        case .time:
            self.init(code, "the document took longer than its time limit")
        case .memory:
            self.init(code, "the document needs more memory than it may have")
        case .pages, .output:
            self.init(code, message.isEmpty ? "the document is too large" : "the document \(message)")
        case .cancelled:
            self.init(code, "cancelled")
        case .unavailable:
            self.init(code, "the renderer cannot start a document: \(message)")
        case .input, .storage, .defect:
            self.init(.defect, message.isEmpty ? "the renderer failed" : "the renderer failed: \(message)")
        }
    }
}
