/// A JSON value. Numbers stay as they were written, so that `1250.00` is printed as `1250.00`.
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number's text, in JSON's grammar.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in order. Of a repeated name the last counts, as everywhere in practice.
    case object([Member])

    /// One member of an object.
    struct Member: Hashable, Sendable {
        var name: String
        var value: JSONValue
    }

    /// The member of that name; `nil` if there is none or this is no object.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The text, if this is a string.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number's exact value, for comparisons.
    var number: DecimalNumber? {
        if case .number(let text) = self { DecimalNumber(text) } else { nil }
    }

    private var double: Double? {
        if case .number(let text) = self { Double(text) } else { nil }
    }

    /// The number as a whole number that is not negative.
    var count: Int? {
        guard let double, double >= 0, double < 1e15, double == double.rounded() else { return nil }
        return Int(double)
    }
}
