/// A page of a list as the API gives it.
struct ListAnswer<Item: Decodable>: Decodable {
    var items: [Item]
    /// Where the next page is.
    var next: String?
}
