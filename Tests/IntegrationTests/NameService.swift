import Foundation
import Glibc
import ReceiverTestSupport

/// A name service of a program's own, by the library nss_wrapper, which answers look-ups from a file that the test may
/// change at any time.
struct NameService {
    private let directory: TemporaryDirectory
    private var file: String { directory.path + "/hosts" }

    private static let library = [
        "/usr/lib/x86_64-linux-gnu/libnss_wrapper.so", "/usr/lib/aarch64-linux-gnu/libnss_wrapper.so",
    ].first { FileManager.default.fileExists(atPath: $0) }

    /// Whether the library is installed.
    static var isInstalled: Bool { library != nil }

    /// Makes a service with these names and their addresses, in order.
    init(_ names: KeyValuePairs<String, [String]>) throws {
        directory = try TemporaryDirectory()
        try change(to: names, turn: 0)
    }

    /// What a program needs in its environment to ask this service.
    var environment: [String: String] {
        ["LD_PRELOAD": Self.library ?? "", "NSS_WRAPPER_HOSTS": file]
    }

    /// Has the service give other answers from now on.
    ///
    /// - Parameter turn: the how-manieth change it is. The library looks at the file again if its time, in seconds, has grown.
    func change(to names: KeyValuePairs<String, [String]>, turn: Int) throws {
        let lines = names.flatMap { name, addresses in addresses.map { "\($0) \(name)\n" } }
        try lines.joined().write(toFile: file, atomically: true, encoding: .utf8)
        try touch(turn)
    }

    /// Has the service not answer any more: the file becomes one that nobody ever writes to.
    func fallSilent(turn: Int) throws {
        try FileManager.default.removeItem(atPath: file)
        guard mkfifo(file, 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
        try touch(turn)
    }

    private func touch(_ turn: Int) throws {
        let time = Date(timeIntervalSince1970: 1_700_000_000 + Double(turn) * 10)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file)
    }
}
