import Deliveries

/// The parameters of a query string, each known and given once.
///
/// A misspelt filter would silently widen a list, so an unknown name is refused, and so is an empty value.
struct QueryParameters: Sendable {
    /// Characters of a value at most.
    static let lengthLimit = 512

    private var values: [String: String] = [:]

    /// No parameters.
    static let none = QueryParameters()

    private init() {}

    /// Reads a query string.
    ///
    /// - Parameter known: the names that the endpoint takes.
    init(_ query: String?, known: [String]) throws(Problem) {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first.flatMap(Self.decode), let value = Self.decode(parts.count > 1 ? parts[1] : "")
            else {
                throw Problem(
                    .malformed,
                    "the query string is not valid percent-encoded UTF-8 at \(quoted(String(pair)))"
                )
            }
            guard known.contains(name) else {
                let choices = known.isEmpty ? "this takes none" : "known are \(known.joined(separator: ", "))"
                throw Problem(
                    .invalid,
                    "\(quoted(name)) is not a parameter here; \(choices)",
                    field: Problem.fieldName(name)
                )
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .invalid(name, "is given more than once")
            }
        }
    }

    /// A plus sign stands for a space, as forms and most clients write it.
    private static func decode(_ text: Substring) -> String? {
        PercentEncoding.decode(text.replacing("+", with: " "))
    }

    /// The value of a parameter; `nil` when it was not given.
    func text(_ name: String) throws(Problem) -> String? {
        guard let value = values[name] else { return nil }
        guard !value.isEmpty else { throw .invalid(name, "is empty; give it a value or leave it out") }
        guard value.unicodeScalars.count <= Self.lengthLimit else {
            throw .invalid(name, "is longer than \(Self.lengthLimit) characters")
        }
        guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw .invalid(name, "has a control character")
        }
        return value
    }

    /// A whole number within a range, in plain decimal digits.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = try text(name) else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number)
        else {
            throw .invalid(name, "\(quoted(text)) is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of a closed set of words.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        of type: Choice.Type
    ) throws(Problem) -> Choice? {
        guard let text = try text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid(name, "\(quoted(text)) is not one of \(words)")
        }
        return choice
    }

    /// A time, RFC 3339 or so long before now, such as `24h`.
    func time(_ name: String, now: Timestamp) throws(Problem) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        if let time = RelativeTime.before(now, text) ?? Timestamp(rfc3339: text) { return time }
        // An offset's plus sign that was not encoded has arrived as a space.
        if let time = Timestamp(rfc3339: text.replacing(" ", with: "+")) { return time }
        throw .invalid(name, "\(quoted(text)) is not a time such as 2024-01-15T10:05:00Z or 24h")
    }
}
