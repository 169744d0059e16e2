import Yams

extension JSONValue {
    /// A description has fewer values than this; aliases cannot blow it up beyond it.
    private static let yamlLimit = 20_000

    /// The value of a YAML document; `nil` if it is empty.
    ///
    /// - Throws: one line that says where and why it cannot be read.
    init?(yaml text: String) throws(ProductProblem) {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw ProductProblem(Self.line(of: error))
        } catch {
            throw ProductProblem("is not valid YAML")
        }
        guard let node else { return nil }
        var remaining = Self.yamlLimit
        self = try Self.value(of: node, &remaining)
    }

    private static func value(of node: Node, _ remaining: inout Int) throws(ProductProblem) -> JSONValue {
        remaining -= 1
        guard remaining > 0 else { throw ProductProblem("has more than \(yamlLimit) values") }
        switch node {
        case .scalar(let scalar):
            if node.null != nil { return .null }
            if scalar.style != .doubleQuoted, scalar.style != .singleQuoted {
                if let bool = node.bool { return .bool(bool) }
                if node.int != nil || node.float != nil, Double(scalar.string) != nil, isJSONNumber(scalar.string) {
                    return .number(scalar.string)
                }
            }
            return .string(scalar.string)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence { elements.append(try value(of: element, &remaining)) }
            return .array(elements)
        case .mapping(let mapping):
            var members: [Member] = []
            for (key, element) in mapping {
                guard let name = key.scalar?.string else { throw ProductProblem("has a key that is not a word") }
                members.append(Member(name: name, value: try value(of: element, &remaining)))
            }
            return .object(members)
        case .alias:
            throw ProductProblem("has an alias that names nothing")
        }
    }

    private static func isJSONNumber(_ text: String) -> Bool {
        var digits = text[...]
        if digits.first == "-" { digits.removeFirst() }
        guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return false }
        let leadingZero = first == 0x30 && digits.utf8.dropFirst().first.map { (0x30...0x39).contains($0) } ?? false
        return !leadingZero && digits.utf8.last != UInt8(ascii: ".")
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) || ".eE+-".utf8.contains($0) }
    }

    private static func line(of error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line): \(problem)"
        default: "is not valid YAML"
        }
    }
}
