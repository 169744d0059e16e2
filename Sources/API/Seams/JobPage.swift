/// A part of the list of jobs.
package struct JobPage: Hashable, Sendable {
    package var items: [JobView]
    /// Where it ends, when there is more: opaque, printable ASCII without spaces, at most 256 bytes.
    package var next: String?

    /// Makes a page.
    package init(items: [JobView], next: String? = nil) {
        self.items = items
        self.next = next
    }
}
