import Foundation

/// A file that is removed with its owner.
final class TemporaryFile: Sendable {
    let path: String

    init(_ bytes: [UInt8]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "postback-api-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(filePath: path))
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    deinit { remove() }
}
