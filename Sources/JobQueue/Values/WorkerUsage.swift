/// What a worker takes of its machine: its process, and those that work for it.
package struct WorkerUsage: Hashable, Sendable {
    /// Processor time since the process began, in milliseconds.
    package var processorMilliseconds: Int64
    /// Memory that is resident now, in bytes.
    package var memoryBytes: Int64

    package init(processorMilliseconds: Int64, memoryBytes: Int64) {
        self.processorMilliseconds = processorMilliseconds
        self.memoryBytes = memoryBytes
    }
}
