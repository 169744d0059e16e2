internal import Foundation

/// The id of a job: a UUID (RFC 9562), in lower case.
package struct JobID: Hashable, Sendable, CustomStringConvertible {
    /// 36 characters: hexadecimal digits and hyphens.
    package let text: String

    /// A new random id (version 4): nobody can guess another's.
    package init() {
        text = UUID().uuidString.lowercased()
    }

    /// Reads an id in either case; `nil` if it is none.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 36, let uuid = UUID(uuidString: String(text)) else { return nil }
        self.text = uuid.uuidString.lowercased()
    }

    package var description: String { text }
}
