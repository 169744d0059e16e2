/// The name of a job queue: 1 to 64 of `a-z 0-9 _ -`, beginning with a letter or digit.
package struct QueueName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// The queue of PDF jobs that name no other.
    package static let pdf = QueueName(unchecked: "pdf")

    private init(unchecked text: String) {
        self.text = text
    }

    /// Reads a name; `nil` if it is none.
    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count) else { return nil }
        let isAllowed = bytes.enumerated().allSatisfy { index, byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || index > 0 && (byte == 0x5F || byte == 0x2D)
        }
        guard isAllowed else { return nil }
        self.text = String(text)
    }

    package var description: String { text }

    package static func < (left: QueueName, right: QueueName) -> Bool { left.text < right.text }
}
