/// How far a run is.
package struct JobProgress: Hashable, Sendable {
    /// 0 to 100; it never goes back within a run.
    package var percent: Int
    /// One word for the step it is at, such as `rendering`; at most 64 bytes.
    package var stage: String?

    package init(percent: Int, stage: String? = nil) {
        self.percent = min(max(percent, 0), 100)
        self.stage = stage
    }
}
