/// Where the document of a job is, and what is known of it.
package struct JobDocument: Hashable, Sendable {
    package enum Location: Hashable, Sendable {
        /// The absolute path of a file on this machine.
        case file(path: String)
        /// An `https` URL of another storage.
        case url(String)
    }

    package var location: Location
    /// What a person should find it under.
    package var filename: String
    /// The SHA-256 of its bytes in lower-case hexadecimal digits; `nil` when it was not kept.
    package var sha256: String?

    /// Makes a description of a document.
    package init(location: Location, filename: String, sha256: String? = nil) {
        self.location = location
        self.filename = filename
        self.sha256 = sha256
    }
}
