import JobQueue

extension Product {
    /// The members of a product.
    var members: [(name: String, value: JSON)] {
        [
            ("id", .string(id)), ("title", .string(title)), ("schema", .verbatim(schema)),
            ("renderer", .string(renderer)),
        ]
    }
}
