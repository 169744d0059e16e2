/// `worker`: what runs jobs.
package struct WorkerSettings: Hashable, Sendable {
    /// `queues`: which it takes jobs from, 1 to 64 names. Default `pdf`.
    package var queues = ["pdf"]
    /// `concurrency`: jobs at once, 1 to 64. Default 2.
    package var concurrency = 2
    /// `name`: its name for people, 1 to 64 bytes. Default `nil`: the host's name and the process id.
    package var name: String?
    /// `grace`: how long its jobs may go on when it is asked to stop, 0s to 10m. Default 30s.
    package var grace: Duration = .seconds(30)
    /// `python`: the Python that has WeasyPrint. Default `nil`: the one that deploy/setup prepared.
    package var python: String?
    /// `time`: how long one document may take, 1s to 1h. Default 300s.
    package var time: Duration = .seconds(300)
    /// `memory`: MiB that one document may need, 256 to 65536. Default 1024.
    package var memory = 1024
    /// `pages`: pages that one document may have, 1 to 100000. Default 500.
    package var pages = 500
}

/// `templates`: what can be rendered.
package struct TemplateSettings: Hashable, Sendable {
    /// `path`: the folder of the products' folders. Default `templates`, in the working directory.
    package var path = "templates"
}

/// `storage`: where finished documents are kept.
package struct StorageSettings: Hashable, Sendable {
    /// `path`: a directory. Default `nil`: `files` in the data directory.
    package var path: String?
    /// `link_life`: how long a download link is good, 1m to 365d. Default 7d.
    package var linkLife: Duration = .days(7)
}
