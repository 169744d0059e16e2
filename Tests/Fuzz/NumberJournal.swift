import Foundation

/// Keeps the number of the input that is being tried where it outlives the process.
struct NumberJournal {
    private let file: FileHandle
    private let path: URL

    init(_ name: String) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(name).txt")
        try Data().write(to: path)
        file = try FileHandle(forWritingTo: path)
    }

    /// Numbers only grow, so that a later one covers an earlier one.
    func write(_ number: Int) {
        try? file.seek(toOffset: 0)
        try? file.write(contentsOf: Data("\(number)\n".utf8))
    }

    func remove() {
        try? file.close()
        try? FileManager.default.removeItem(at: path)
    }
}
