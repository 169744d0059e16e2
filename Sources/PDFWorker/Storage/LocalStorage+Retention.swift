import Deliveries
import Glibc

extension LocalStorage {
    /// The names of the folders that documents are in; none when nothing was stored yet.
    func folders() async throws(StorageError) -> [String] {
        try await onFileQueue { () throws(StorageError) in
            try OpenFolder(path)?.names().filter(StoredFile.isFolder).sorted() ?? []
        }
    }

    /// The names of the documents, records and temporaries in a folder; what is not ours is left out.
    func files(in folder: String) async throws(StorageError) -> [String] {
        try await onFileQueue { () throws(StorageError) in
            try OpenFolder(path)?.folder(folder)?.names().filter { StoredFile(name: $0) != nil } ?? []
        }
    }

    /// Removes those of the files that are too old.
    ///
    /// The files are not read. A link is neither followed nor removed, and a file that another worker has removed meanwhile
    /// is no error.
    ///
    /// - Returns: how many were removed.
    func remove(
        _ names: ArraySlice<String>,
        in folder: String,
        keeping retention: DocumentRetention,
        at now: Timestamp
    ) async throws(StorageError) -> Int {
        try await onFileQueue { () throws(StorageError) in
            guard let open = try OpenFolder(path)?.folder(folder) else { return 0 }
            var removed = 0
            for name in names {
                guard let file = StoredFile(name: name), let modified = open.modified(name),
                    retention.isOld(file, modified: modified, at: now)
                else { continue }
                removed += try open.remove(name) ? 1 : 0
            }
            return removed
        }
    }

    /// Lets the age of a job's document begin anew, if it is there.
    func touch(_ paths: String...) {
        for path in paths { utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW) }
    }
}
