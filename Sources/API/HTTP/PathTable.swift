import HTTPTypes

/// Which methods each path takes, for the answer to a wrong one.
struct PathTable: Sendable {
    private let patterns: [(segments: [Substring], methods: [HTTPRequest.Method])]

    init(_ endpoints: [Endpoint]) {
        let byPath = Dictionary(grouping: endpoints, by: \.path)
        self.patterns = byPath.map { path, endpoints in
            let methods = endpoints.flatMap { $0.method == .get ? [.get, .head] : [$0.method] }
            return (path.split(separator: "/"), methods.sorted { $0.rawValue < $1.rawValue })
        }
    }

    /// The methods that a path takes; none when there is no such path. Empty segments do not count, as in the router.
    func methods(for path: String) -> [HTTPRequest.Method] {
        let segments = path.split(separator: "/")
        let matches = patterns.filter { pattern in
            pattern.segments.count == segments.count
                && zip(pattern.segments, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        // Of `/api/jobs/cancel` and `/api/jobs/{id}` the router takes the one that says it in so many words.
        let match = matches.max { left, right in
            left.segments.count { !$0.hasPrefix("{") } < right.segments.count { !$0.hasPrefix("{") }
        }
        return match?.methods ?? []
    }
}
