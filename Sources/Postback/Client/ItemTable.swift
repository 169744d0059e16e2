/// What a list of the API holds, in columns, for a person.
protocol ItemTable {
    /// Adds an item as the API lists it.
    mutating func add(_ item: JSONValue)

    /// The table, a line each, of so many characters if it can be done; `nil`: no limit.
    func lines(within width: Int?) -> [String]
}
