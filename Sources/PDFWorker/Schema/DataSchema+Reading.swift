extension DataSchema {
    private static let annotations: Set<String> = [
        "title", "description", "default", "examples", "$schema", "$id", "$comment",
    ]

    /// Reads a schema, and refuses what it could not enforce.
    ///
    /// - Parameter path: where it stands, such as `schema.properties.items`.
    init(_ value: JSONValue, path: String) throws(ProductProblem) {
        guard case .object(let members) = value else { throw ProductProblem("\(path) must be a mapping") }
        for member in members {
            try read(member.name, member.value, path: "\(path).\(member.name)")
        }
        for name in required where properties[name] == nil && !allowsOthers {
            throw ProductProblem("\(path).required names \"\(name)\", which properties does not have")
        }
    }

    private mutating func read(_ keyword: String, _ value: JSONValue, path: String) throws(ProductProblem) {
        switch keyword {
        case "type": kinds = try Self.kinds(value, path)
        case "properties":
            guard case .object(let members) = value else { throw ProductProblem("\(path) must be a mapping") }
            for member in members {
                properties[member.name] = try DataSchema(member.value, path: "\(path).\(member.name)")
            }
        case "required": required = try Self.strings(value, path)
        case "additionalProperties":
            guard case .bool(let allowed) = value else { throw ProductProblem("\(path) must be true or false") }
            allowsOthers = allowed
        case "items": items = [try DataSchema(value, path: path)]
        case "minItems": minimumItems = try Self.count(value, path)
        case "maxItems": maximumItems = try Self.count(value, path)
        case "minLength": minimumLength = try Self.count(value, path)
        case "maxLength": maximumLength = try Self.count(value, path)
        case "minimum": minimum = try Self.number(value, path)
        case "maximum": maximum = try Self.number(value, path)
        case "exclusiveMinimum": exclusiveMinimum = try Self.number(value, path)
        case "exclusiveMaximum": exclusiveMaximum = try Self.number(value, path)
        case "enum":
            guard case .array(let values) = value, !values.isEmpty else {
                throw ProductProblem("\(path) must be a list of values")
            }
            allowed = values
        case "const": allowed = [value]
        case "format":
            guard let known = value.text.flatMap(Format.init(rawValue:)) else {
                throw ProductProblem(
                    "\(path) must be one of \(Format.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            format = known
        default:
            guard Self.annotations.contains(keyword) else {
                throw ProductProblem("\(path) is a keyword that is not checked here; leave it out")
            }
        }
    }

    private static func kinds(_ value: JSONValue, _ path: String) throws(ProductProblem) -> [Kind] {
        let names = value.text.map { [$0] } ?? (try? strings(value, path)) ?? []
        let kinds = names.compactMap(Kind.init(rawValue:))
        guard !kinds.isEmpty, kinds.count == names.count else {
            throw ProductProblem("\(path) must be one of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return kinds
    }

    private static func strings(_ value: JSONValue, _ path: String) throws(ProductProblem) -> [String] {
        guard case .array(let elements) = value else { throw ProductProblem("\(path) must be a list of names") }
        let names = elements.compactMap(\.text)
        guard names.count == elements.count else { throw ProductProblem("\(path) must be a list of names") }
        return names
    }

    private static func count(_ value: JSONValue, _ path: String) throws(ProductProblem) -> Int {
        guard let count = value.count else { throw ProductProblem("\(path) must be a whole number, 0 or more") }
        return count
    }

    private static func number(_ value: JSONValue, _ path: String) throws(ProductProblem) -> JSONValue {
        guard value.number != nil else { throw ProductProblem("\(path) must be a number") }
        return value
    }
}
