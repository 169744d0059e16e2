import Foundation

/// A new directory that is removed with the last reference.
package final class TemporaryDirectory: Sendable {
    /// The directory's path.
    package let path: String

    /// Makes a directory.
    package init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("postback-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
