import Deliveries

extension DataSchema {
    /// Checks a value, in the order in which the schema's author would look.
    ///
    /// - Parameter field: what the value is called in the error.
    func check(_ value: JSONValue, field: String) throws(DataProblem) {
        guard kinds.isEmpty || kinds.contains(where: { $0.includes(value) }) else {
            throw DataProblem(field: field, reason: "must be \(kinds.map(\.phrase).joined(separator: " or "))")
        }
        if let allowed, !allowed.contains(where: { $0.means(value) }) {
            let list = allowed.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: ", ")
            throw DataProblem(field: field, reason: allowed.count == 1 ? "must be \(list)" : "must be one of \(list)")
        }
        switch value {
        case .object(let members): try checkMembers(members, value, field)
        case .array(let elements): try checkElements(elements, field)
        case .string(let text): try checkText(text, field)
        case .number: try checkNumber(value, field)
        case .bool, .null: break
        }
    }

    private func checkMembers(_ members: [JSONValue.Member], _ value: JSONValue, _ field: String) throws(DataProblem) {
        for name in required where value[name] == nil {
            throw DataProblem(field: "\(field).\(name)", reason: "is missing")
        }
        for member in members {
            let path = "\(field).\(DataProblem.shown(member.name))"
            if let schema = properties[member.name] {
                try schema.check(member.value, field: path)
            } else if !allowsOthers {
                throw DataProblem(field: path, reason: "is not known to this product")
            }
        }
    }

    private func checkElements(_ elements: [JSONValue], _ field: String) throws(DataProblem) {
        if let minimumItems, elements.count < minimumItems {
            throw DataProblem(field: field, reason: "must have at least \(minimumItems) elements")
        }
        if let maximumItems, elements.count > maximumItems {
            throw DataProblem(field: field, reason: "must have at most \(maximumItems) elements")
        }
        guard let schema = items.first else { return }
        for (index, element) in elements.enumerated() {
            try schema.check(element, field: "\(field)[\(index)]")
        }
    }

    private func checkText(_ text: String, _ field: String) throws(DataProblem) {
        let length = text.unicodeScalars.count
        if let minimumLength, length < minimumLength {
            throw DataProblem(
                field: field,
                reason: minimumLength == 1 ? "must not be empty" : "must have at least \(minimumLength) characters"
            )
        }
        if let maximumLength, length > maximumLength {
            throw DataProblem(field: field, reason: "must have at most \(maximumLength) characters")
        }
        switch format {
        case .date where Timestamp(rfc3339: text + "T00:00:00Z") == nil:
            throw DataProblem(field: field, reason: "must be a date such as 2024-01-15")
        case .dateTime where Timestamp(rfc3339: text) == nil:
            throw DataProblem(field: field, reason: "must be a time such as 2024-01-15T10:05:00Z")
        case .email where !Self.looksLikeAddress(text):
            throw DataProblem(field: field, reason: "must be an e-mail address")
        default: break
        }
    }

    private func checkNumber(_ value: JSONValue, _ field: String) throws(DataProblem) {
        func check(_ limit: JSONValue?, _ phrase: String, _ holds: (DecimalNumber, DecimalNumber) -> Bool)
            throws(DataProblem)
        {
            guard let limit, let bound = limit.number else { return }
            guard let number = value.number, holds(number, bound) else {
                throw DataProblem(
                    field: field,
                    reason: "must be \(phrase) \(String(decoding: limit.bytes, as: UTF8.self))"
                )
            }
        }
        try check(minimum, "at least", >=)
        try check(maximum, "at most", <=)
        try check(exclusiveMinimum, "more than", >)
        try check(exclusiveMaximum, "less than", <)
    }

    private static func looksLikeAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
    }
}

extension DataProblem {
    /// A member's name as a caller wrote it, on one line and not too long.
    fileprivate static func shown(_ name: String) -> String {
        let line = String(String.UnicodeScalarView(name.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        return line.count <= 64 ? line : line.prefix(64) + "…"
    }
}

extension DataSchema.Kind {
    /// Whether a value is of this kind. `1.0` is an integer, as JSON Schema has it.
    fileprivate func includes(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.object, .object), (.array, .array), (.string, .string), (.number, .number), (.boolean, .bool),
            (.null, .null):
            true
        case (.integer, .number): value.number?.isWhole ?? false
        default: false
        }
    }

    fileprivate var phrase: String {
        switch self {
        case .object: "an object"
        case .array: "a list"
        case .string: "a string"
        case .number: "a number"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .null: "null"
        }
    }
}

extension JSONValue {
    /// Whether two values are the same to JSON Schema: numbers by value, not by text.
    fileprivate func means(_ other: JSONValue) -> Bool {
        if let left = number, let right = other.number { return left == right }
        return self == other
    }
}
