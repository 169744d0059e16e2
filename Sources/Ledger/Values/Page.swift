/// A page of a list, and whether there is more.
package struct Page<Item: Hashable & Sendable>: Hashable, Sendable {
    package var items: [Item]
    /// Whether more items follow the last one of this page.
    package var hasMore: Bool

    package init(items: [Item], hasMore: Bool) {
        self.items = items
        self.hasMore = hasMore
    }
}
