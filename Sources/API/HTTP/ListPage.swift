import Hummingbird

/// What lists have in common: `limit`, `cursor`, and the link to the next page.
struct ListPage: Sendable {
    static let parameters = ["limit", "cursor"]

    /// Items on a page at most.
    let limit: Int
    /// Where the page before ended.
    let cursor: String?

    init(_ parameters: QueryParameters) throws(Problem) {
        self.limit = try parameters.integer("limit", in: 1...200) ?? 50
        self.cursor = try parameters.text("cursor")
    }

    /// The answer of a list.
    ///
    /// - Parameters:
    ///   - next: where this page ends, when there is more.
    ///   - path: the path of the list.
    ///   - filters: the filters in force, kept in the link.
    func response(items: [JSON], next: String?, path: String, filters: [(name: String, value: String)] = []) -> Response
    {
        let link = next.map { cursor in
            let pairs = filters + [(name: "limit", value: String(limit)), (name: "cursor", value: cursor)]
            return path + "?" + pairs.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
        }
        return Response(["items": .array(items), "next": JSON(link)])
    }

    /// A cursor that this list did not hand out.
    static var badCursor: Problem { .invalid("cursor", "is not one that this list gave") }
}
