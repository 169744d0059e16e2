package import JobQueue
package import Signing

/// What a job may be, and how long and how often clients may wait for one.
package struct JobRules: Sendable {
    /// The queues that jobs may be put in; the first is that of jobs that name none.
    package var queues: [QueueName]
    /// Tells what is wrong with a URL to call: one line to be put behind the member's name; `nil`: it may be called. What a
    /// name resolves to is judged when it is called.
    package var callbackRefusal: @Sendable (_ url: String) -> String?
    /// Checks the links to documents.
    package var link: DownloadLink
    /// What `status_url` begins with, such as `https://pdf.example.com`; `nil`: it is a path.
    package var publicURL: String?
    /// Tries after the first, of jobs that do not say: 0 to 25.
    package var retries = 3
    /// How long a run may take, of jobs that do not say: 1 s to an hour.
    package var timeout: Duration = .seconds(300)
    /// How long `POST /api/reports/generate` waits for the document.
    package var synchronousWait: Duration = .seconds(60)
    /// Clients at once that wait for changes of a job, in streams and in `POST /api/reports/generate`.
    package var watcherLimit = 512
    /// How often a stream of events without news carries a comment, so that proxies keep it open and a client that is gone
    /// is noticed.
    package var keepAlive: Duration = .seconds(15)
    /// How long one stream of events lasts; clients connect again.
    package var streamLife: Duration = .seconds(3600)

    /// Makes rules with the usual waiting times.
    package init(
        queues: [QueueName] = [.pdf],
        callbackRefusal: @escaping @Sendable (_ url: String) -> String?,
        link: DownloadLink,
        publicURL: String? = nil
    ) {
        self.queues = queues
        self.callbackRefusal = callbackRefusal
        self.link = link
        self.publicURL = publicURL
    }
}
