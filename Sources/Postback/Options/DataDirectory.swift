import Foundation
import Glibc

/// The directory in which `up` and `relay` keep what outlives them; only its owner may look inside.
struct DataDirectory {
    /// The files that commands find their way by.
    enum File: String {
        /// Address of the API of the running `up` or `relay`.
        case url = "url"
        /// The ops key that `up` made.
        case apiKey = "api-key"
        /// The secret for URLs that come with events, which `up` made.
        case callbackSecret = "callback-secret"
        /// What signs download links, which `up` made.
        case linkSecret = "link-secret"
        /// Where the private Redis listens.
        case redisURL = "redis-url"
    }

    /// Absolute.
    let path: String

    init(path: String) {
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// The path of something inside.
    func path(of name: String) -> String { path + "/" + name }

    /// Makes the directory if there is none, for its owner alone.
    func create() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw CommandFailure(.cannotCreate, "--data-dir: cannot make the directory \(path): \(Self.reason(error))")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw CommandFailure(.cannotCreate, "--data-dir: the directory \(path) cannot be written to")
        }
    }

    /// The first line of a file; `nil` when there is none.
    func read(_ file: File) -> String? {
        guard let text = try? String(contentsOfFile: path(of: file.rawValue), encoding: .utf8),
            let line = text.split(separator: "\n").first
        else { return nil }
        return String(line)
    }

    /// Writes a file for the owner alone: whole or not at all, never readable by others even for a moment.
    func write(_ file: File, _ text: String) throws {
        let target = path(of: file.rawValue)
        let draft = target + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(.cannotCreate, "cannot write \(target): \(String(cString: strerror(errno)))")
        }
        let bytes = Array((text + "\n").utf8)
        let isWritten = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
        guard isWritten, fsync(descriptor) == 0, close(descriptor) == 0, rename(draft, target) == 0 else {
            throw CommandFailure(.cannotCreate, "cannot write \(target): \(String(cString: strerror(errno)))")
        }
    }

    /// Removes a file; nothing happens when there is none.
    func remove(_ file: File) { unlink(path(of: file.rawValue)) }

    private static func reason(_ error: any Error) -> String {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let cause, cause.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
        return String(cString: strerror(Int32(cause.code)))
    }
}
