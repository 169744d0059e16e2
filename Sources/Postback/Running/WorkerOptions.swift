/// What the command line says of a worker; it takes precedence over the settings.
struct WorkerOptions: Hashable, Sendable {
    var queues: [String]?
    var name: String?
    var concurrency: Int?
    /// Whether it ends when its queues are empty.
    var isBurst = false
}
