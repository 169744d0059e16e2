import Foundation
import Glibc
import PDFWorker
import ServiceLifecycle

/// Runs the renderer as a service of the group: it ends after the worker, with whatever it still works on.
struct RendererService: Service {
    private static let prefix = "rendering-"

    let renderer: WeasyPrintRenderer
    let data: DataDirectory

    /// Where the renderer's children write; nothing in it outlives this process.
    static func directory(in data: DataDirectory) -> String {
        data.path(of: "\(prefix)\(getpid())")
    }

    func run() async throws {
        removeLeftovers()
        await cancelWhenGracefulShutdown { await renderer.run() }
        try? FileManager.default.removeItem(atPath: Self.directory(in: data))
    }

    /// What workers left that were killed. The process id may be another's by now; then it stays for a later start.
    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: data.path)) ?? []
        for name in names where name.hasPrefix(Self.prefix) {
            guard let process = Int32(name.dropFirst(Self.prefix.count)), kill(process, 0) != 0, errno == ESRCH else {
                continue
            }
            try? FileManager.default.removeItem(atPath: data.path(of: name))
        }
    }
}
