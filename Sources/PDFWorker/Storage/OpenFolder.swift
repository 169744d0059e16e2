import Deliveries
import Glibc

/// A folder that is held open: what is done in it is done in no other, whatever its name leads to meanwhile.
struct OpenFolder: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// Opens a folder that the operator named, and which may be a link; `nil` if there is none.
    init?(_ path: String) throws(StorageError) {
        try self.init(path, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    }

    private init?(_ path: String, _ descriptor: Int32) throws(StorageError) {
        guard descriptor >= 0 else {
            // ELOOP and ENOTDIR: a link or a file where a folder would be.
            guard [ENOENT, ENOTDIR, ELOOP].contains(errno) else { throw LocalStorage.error("cannot open \(path)") }
            return nil
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Opens a folder in this one; `nil` if it is gone, a link, or no folder.
    func folder(_ name: String) throws(StorageError) -> OpenFolder? {
        try OpenFolder(
            "\(path)/\(name)",
            openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        )
    }

    /// The names of what is in it, without `.` and `..`, in any order.
    func names() throws(StorageError) -> [String] {
        // A stream closes its descriptor, and has its place in it: it gets one of its own.
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { throw LocalStorage.error("cannot open \(path)") }
        guard let stream = fdopendir(own) else {
            close(own)
            throw LocalStorage.error("cannot read \(path)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // In place: a copy would take the whole field, of which the name and no more is there.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// When a file was last written; `nil` if it is gone, a link, or no file.
    func modified(_ name: String) -> Timestamp? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Timestamp(seconds: Int64(status.st_mtim.tv_sec))
            .advanced(byMilliseconds: Int64(status.st_mtim.tv_nsec / 1_000_000))
    }

    /// Removes a file. - Returns: whether it was there.
    func remove(_ name: String) throws(StorageError) -> Bool {
        if unlinkat(descriptor, name, 0) == 0 { return true }
        guard errno == ENOENT else { throw LocalStorage.error("cannot remove \(path)/\(name)") }
        return false
    }
}
