/// What a product's `data` must look like: a subset of JSON Schema (2020-12) that is small enough to be known by heart.
///
/// Understood: `type` (one or a list), `properties`, `required`, `additionalProperties` (a boolean), `items`, `minItems`,
/// `maxItems`, `minLength`, `maxLength`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `enum`, `const`,
/// `format` (`date`, `date-time`, `email`). Annotations are allowed and mean nothing. Any other keyword is refused when
/// the product is read: a rule that is not enforced would be worse than none.
struct DataSchema: Hashable, Sendable {
    /// JSON Schema's names of types.
    enum Kind: String, Hashable, Sendable, CaseIterable {
        case object, array, string, number, integer, boolean, null
    }

    /// The formats that are checked.
    enum Format: String, Hashable, Sendable, CaseIterable {
        case date, email
        case dateTime = "date-time"
    }

    /// Empty: anything.
    var kinds: [Kind] = []
    var properties: [String: DataSchema] = [:]
    var required: [String] = []
    var allowsOthers = true
    /// At most one schema, for every element; an array because a value cannot hold itself.
    var items: [DataSchema] = []
    var minimumItems: Int?
    var maximumItems: Int?
    var minimumLength: Int?
    var maximumLength: Int?
    var minimum: JSONValue?
    var maximum: JSONValue?
    var exclusiveMinimum: JSONValue?
    var exclusiveMaximum: JSONValue?
    /// `const` is a list of one.
    var allowed: [JSONValue]?
    var format: Format?
}
