import Foundation
import Signing

/// What tells this ledger from every other, wherever it is moved to: random, made once, kept in a file beside the database.
///
/// Consumers of the stream are named after it, so that a relay knows which of them worked for its own ledger and are gone.
enum LedgerIdentity {
    static func read(beside path: String) throws -> String {
        let file = path + ".id"
        if let text = try? String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines
        ),
            !text.isEmpty
        {
            return text
        }
        let made = Hexadecimal.encode(randomBytes(16))
        let isWritten = FileManager.default.createFile(
            atPath: file,
            contents: Data((made + "\n").utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else { throw CommandFailure(.cannotCreate, "cannot write \(file)") }
        return made
    }
}
