import Foundation

/// Finds the Python that deploy/setup prepared.
enum RendererPython {
    /// Where an installation keeps it, below a directory.
    private static let place = "weasyprint/bin/python3"

    /// Looks beside the program and above it (a build has it in `.build`), then where packages put things, then in the working
    /// directory. When it is nowhere, the last place is what the error names.
    static func find() -> String {
        var directories: [URL] = []
        var directory = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        for _ in 0..<4 {
            directories.append(directory)
            directory.deleteLastPathComponent()
        }
        directories.append(URL(fileURLWithPath: "/usr/local/lib/postback"))
        directories.append(URL(fileURLWithPath: "/usr/lib/postback"))
        let inPlace = URL(fileURLWithPath: ".build").appendingPathComponent(place).standardizedFileURL.path
        return directories.map { $0.appendingPathComponent(place).path }
            .first { FileManager.default.isExecutableFile(atPath: $0) } ?? inPlace
    }
}
