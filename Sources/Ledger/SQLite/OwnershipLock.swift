import Foundation
import Synchronization

/// The lock that makes one relay the owner of a ledger: an `flock` on a file beside the database.
///
/// The kernel lets go of it when the process ends, however it ends. The file itself stays: removing it would let two
/// processes hold locks on two files of one name.
final class OwnershipLock: Sendable {
    private let descriptor: Mutex<CInt?>

    /// Takes the lock without waiting.
    ///
    /// - Throws: `owned` while another process, or another object of this one, holds it; `inaccessible` when the file
    ///   cannot be made or locked.
    init(path: String) throws(LedgerError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LedgerError(.inaccessible, "\(path): \(String(cString: strerror(errno)))") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let owner = Self.owner(file)
            close(file)
            guard reason == EWOULDBLOCK else {
                throw LedgerError(.inaccessible, "\(path): \(String(cString: strerror(reason)))")
            }
            throw LedgerError(.owned, "\(path.dropLast(".lock".count)) is in use by another relay\(owner)")
        }
        Self.note(getpid(), in: file)
        descriptor = Mutex(file)
    }

    deinit { release() }

    /// Lets go of the lock; without effect the second time.
    func release() {
        let file = descriptor.withLock { $0.take() }
        if let file { close(file) }
    }

    /// Writes the owner's process id for the message of whoever comes second. It is only that, so failing is no harm.
    private static func note(_ process: pid_t, in file: CInt) {
        let text = Array("\(process)\n".utf8)
        guard ftruncate(file, 0) == 0 else { return }
        _ = pwrite(file, text, text.count, 0)
    }

    private static func owner(_ file: CInt) -> String {
        var text = [UInt8](repeating: 0, count: 16)
        let length = pread(file, &text, text.count, 0)
        guard length > 0,
            let process = Int32(String(decoding: text.prefix(length).prefix { $0 != 0x0A }, as: UTF8.self))
        else { return "" }
        return " (pid \(process))"
    }
}
