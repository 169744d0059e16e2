import Foundation
import GRDB
import Ledger

/// A directory for one test, removed when the last reference to it goes.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/ledger-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/ledger.sqlite" }
}

/// Gives `body` an empty ledger in a directory of its own.
func withLedger(
    options: SQLiteLedger.Options = SQLiteLedger.Options(),
    _ body: (SQLiteLedger, TemporaryDirectory) async throws -> Void
) async throws {
    let directory = try TemporaryDirectory()
    let ledger = try await SQLiteLedger.open(directory: directory.path, options: options)
    try await body(ledger, directory)
    try await ledger.close()
}

/// The error that `body` ends with; `nil` when it does not.
func error(of body: () async throws -> Void) async -> LedgerError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? LedgerError ?? LedgerError(.internal, "not a ledger error: \(error)")
    }
}
