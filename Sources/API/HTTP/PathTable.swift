import HTTPTypes

/// The paths of the API and the operations of each.
struct PathTable: Sendable {
    /// One path and what can be done there.
    struct Place: Sendable {
        /// The path with its parameters in braces.
        let path: String
        private let endpoints: [Endpoint]

        fileprivate init(path: String, endpoints: [Endpoint]) {
            self.path = path
            self.endpoints = endpoints
        }

        /// What can be read can be asked for without its body (RFC 9110 section 9.3.2).
        func endpoint(for method: HTTPRequest.Method) -> Endpoint? {
            let method = method == .head ? .get : method
            return endpoints.first { $0.method == method }
        }

        /// The methods that apply, in the order of the alphabet.
        var methods: [String] {
            endpoints.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }.sorted()
        }
    }

    /// A path that was asked for.
    struct Match: Sendable {
        let place: Place
        /// The values of its parameters, as they came.
        let values: [Substring: Substring]
    }

    /// Paths without parameters.
    private let literal: [String: Place]
    /// Those with parameters. A value never stands where another path has a word in so many letters: the more words the earlier, and of
    /// as many the one whose words come first.
    private let patterns: [(segments: [Substring], place: Place)]

    init(_ endpoints: [Endpoint]) {
        let places = Dictionary(grouping: endpoints, by: \.path).map { Place(path: $0, endpoints: $1) }
        literal = Dictionary(places.filter { !$0.path.contains("{") }.map { ($0.path, $0) }) { first, _ in first }
        patterns = places.map { ($0.path.split(separator: "/"), $0) }
            .sorted { (Self.words(in: $1.segments), $0.place.path) < (Self.words(in: $0.segments), $1.place.path) }
    }

    /// Finds a path; `nil` if it is not there. Empty segments do not count.
    func find(_ path: String) -> Match? {
        if let place = literal[path] { return Match(place: place, values: [:]) }
        let segments = path.split(separator: "/")
        let pattern = patterns.first { pattern in
            pattern.segments.count == segments.count
                && zip(pattern.segments, segments).allSatisfy { Self.isParameter($0) || $0 == $1 }
        }
        guard let pattern else { return nil }
        var values: [Substring: Substring] = [:]
        for (name, value) in zip(pattern.segments, segments) where Self.isParameter(name) {
            values[name.dropFirst().dropLast()] = value
        }
        return Match(place: pattern.place, values: values)
    }

    private static func isParameter(_ segment: Substring) -> Bool { segment.utf8.first == UInt8(ascii: "{") }
    private static func words(in segments: [Substring]) -> Int { segments.count { !isParameter($0) } }
}
