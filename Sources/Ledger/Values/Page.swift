/// A page of a list, and whether there is more.
package struct Page<Item: Hashable & Sendable>: Hashable, Sendable {
    /// The items, in the order of the list.
    package var items: [Item]
    /// Whether more items follow the last one of this page.
    package var hasMore: Bool

    /// Makes a page.
    package init(items: [Item], hasMore: Bool) {
        self.items = items
        self.hasMore = hasMore
    }
}
