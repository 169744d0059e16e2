import Foundation
import Glibc
import ProgramTestSupport
import ReceiverTestSupport

/// A data directory with little room, which can be used up and freed again.
final class SmallDisk: Sendable {
    /// How the room is limited.
    enum Kind: String, CaseIterable, Sendable {
        /// A file system of its own in memory; only root may make one.
        case fileSystem
        /// A limit on the size of the files that the process writes.
        case fileSize

        /// Whether it can be had here.
        static var available: [Kind] { allCases.filter { $0 == .fileSize || (try? SmallDisk($0)) != nil } }
    }

    /// The data directory.
    let path: String
    /// Starts a program with the limit.
    let launcher: [String]
    private let kind: Kind
    private let directory: TemporaryDirectory

    init(_ kind: Kind) throws {
        self.kind = kind
        directory = try TemporaryDirectory()
        path = directory.path + "/small"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        switch kind {
        case .fileSystem:
            guard mount("postback-test", path, "tmpfs", 0, "size=16m,mode=0700") == 0 else {
                throw ProgramError(description: "mount: \(String(cString: strerror(errno)))")
            }
            launcher = []
        case .fileSize:
            // The signal is ignored, so that writing fails as it does on a full disk. The limit comes with ``fill(_:)``.
            launcher = ["bash", "-c", #"trap "" XFSZ; exec "$0" "$@""#]
        }
    }

    deinit {
        if kind == .fileSystem { umount2(path, Int32(MNT_DETACH)) }
    }

    /// Uses all room up.
    func fill(_ program: Program) throws {
        switch kind {
        case .fileSystem:
            let file = open(path + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            defer { close(file) }
            let bytes = [UInt8](repeating: 0, count: 4096)
            while write(file, bytes, bytes.count) > 0 {}
        case .fileSize:
            // Nothing may grow beyond what any of the files has now.
            try limitFileSize(of: program, to: "4096")
        }
    }

    /// Makes room again.
    func free(_ program: Program) throws {
        switch kind {
        case .fileSystem: try FileManager.default.removeItem(atPath: path + "/filler")
        case .fileSize: try limitFileSize(of: program, to: "unlimited")
        }
    }

    private func limitFileSize(of program: Program, to size: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["prlimit", "--pid", "\(program.pid)", "--fsize=\(size):"]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ProgramError(description: "prlimit failed") }
    }
}
