package import JobQueue
package import Signing

/// Makes the links under which finished documents can be fetched.
package struct DownloadLinks: Sendable {
    private let base: @Sendable () -> String
    private let link: DownloadLink?
    private let life: Int64

    /// - Parameters:
    ///   - base: the public address of the API, asked for with each link: a process may not know it yet when it starts.
    ///   - link: what signs; `nil`: links are not signed, and an API key is needed to follow them.
    ///   - life: seconds.
    package init(base: @escaping @Sendable () -> String, link: DownloadLink?, life: Int64 = DownloadLink.defaultLife) {
        self.base = base
        self.link = link
        self.life = life
    }

    /// - Parameter now: Unix seconds.
    package func url(of job: JobID, now: Int64) -> String {
        let base = base()
        if let link { return link.url(id: job.text, expires: now + life, base: base) }
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        return "\(trimmed)/api/jobs/\(job.text)/download"
    }
}
