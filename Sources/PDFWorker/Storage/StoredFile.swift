import JobQueue

/// What a file in the storage is, told by its name. A name that says nothing is somebody else's, and stays.
enum StoredFile: Hashable, Sendable {
    /// `{id}.pdf`, or the record beside it, `{id}.json`.
    case finished
    /// One of the two while it is being written: `{id}.pdf.{8 hexadecimal digits}.part`.
    case temporary

    init?(name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, let job = JobID(parts[0]), job.text == parts[0], ["pdf", "json"].contains(parts[1])
        else { return nil }
        switch parts.count {
        case 2: self = .finished
        case 4 where parts[3] == "part" && parts[2].utf8.count == 8 && Self.isHexadecimal(parts[2]): self = .temporary
        default: return nil
        }
    }

    /// Whether a folder of the storage has this name: the first two characters of an id.
    static func isFolder(_ name: String) -> Bool {
        name.utf8.count == 2 && isHexadecimal(name)
    }

    private static func isHexadecimal(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
