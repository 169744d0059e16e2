import Foundation
import Glibc
import PDFWorker
import ServiceLifecycle

/// Runs the renderer as a service of the group: it ends after the worker, with whatever it still works on.
///
/// Workers may share a data directory, on one machine or in several containers, so each has a directory of its own in it, which it holds
/// locked: one that nobody holds was left by a worker that is gone.
struct RendererService: Service {
    private static let prefix = "rendering-"

    let renderer: WeasyPrintRenderer
    let data: DataDirectory
    /// Where the renderer's children write; nothing in it outlives this process.
    let directory: String

    /// A path for ``directory`` that no other worker has.
    static func newDirectory(in data: DataDirectory) -> String {
        data.path(of: prefix + UUID().uuidString.prefix(8).lowercased())
    }

    func run() async throws {
        let lock = takeDirectory()
        defer { if let lock { close(lock) } }
        removeLeftovers()
        await cancelWhenGracefulShutdown { await renderer.run() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Makes the directory and locks it. Another worker that starts at this moment may have taken it for one that was left, and removed it.
    private func takeDirectory() -> Int32? {
        for _ in 0..<10 {
            // A renderer that cannot write says so.
            try? FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            guard let lock = Self.lock(directory) else { continue }
            var (locked, there) = (stat(), stat())
            if fstat(lock, &locked) == 0, stat(directory, &there) == 0, locked.st_ino == there.st_ino { return lock }
            close(lock)
        }
        return nil
    }

    /// What workers left that were killed.
    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: data.path)) ?? []
        for path in names.filter({ $0.hasPrefix(Self.prefix) }).map(data.path(of:)) where path != directory {
            guard let lock = Self.lock(path) else { continue }
            try? FileManager.default.removeItem(atPath: path)
            close(lock)
        }
    }

    /// The descriptor that holds the lock; `nil`: another process holds it.
    private static func lock(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        close(descriptor)
        return nil
    }
}
