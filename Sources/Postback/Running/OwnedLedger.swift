import FaultPoints
import Foundation
import Ledger
import Logging
import Settings
import Telemetry

/// Opens the ledger for the one process that owns it, and closes it at the end.
enum OwnedLedger {
    /// Runs `body` with the ledger. Taken before anything else is started: a second process on the same data directory must
    /// not even start a Redis.
    static func with(
        _ settings: RunSettings,
        data: DataDirectory,
        logger: Logger,
        _ body: (SQLiteLedger) async throws -> Void
    ) async throws {
        let ledger = try await open(settings, data)
        do {
            try await body(ledger)
        } catch {
            await close(ledger, logger)
            throw error
        }
        await close(ledger, logger)
    }

    private static func open(_ settings: RunSettings, _ data: DataDirectory) async throws -> SQLiteLedger {
        do throws(LedgerError) {
            guard let path = settings.all.database.path else {
                return try await SQLiteLedger.open(directory: data.path)
            }
            let url = URL(fileURLWithPath: path).standardizedFileURL
            return try await SQLiteLedger.open(
                directory: url.deletingLastPathComponent().path,
                file: url.lastPathComponent
            )
        } catch {
            switch error.code {
            case .owned, .busy: throw CommandFailure(.tryLater, "\(error)")
            default: throw CommandFailure(.cannotCreate, "\(error)")
            }
        }
    }

    private static func close(_ ledger: SQLiteLedger, _ logger: Logger) async {
        FaultPoint.stopClosing.reached()
        do {
            try await ledger.close()
            FaultPoint.stopClosed.reached()
        } catch {
            logger.warning("The ledger did not close cleanly", metadata: Logger.Metadata([.reason: "\(error)"]))
        }
    }
}
