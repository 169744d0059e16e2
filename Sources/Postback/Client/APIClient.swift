import Deliveries
import Foundation
import FoundationNetworking

/// Talks to a running Postback through its HTTP API, for the commands.
struct APIClient: Sendable {
    /// Seconds that an answer may take.
    static let patience: TimeInterval = 60

    /// How long a command waits until the limit of requests lets it go on.
    private static let limitPatience = Duration.seconds(180)

    let base: URL
    let key: String?

    /// Sends a request and returns the body of a 2xx answer. Where the limit of requests is reached, it waits until it may go on.
    ///
    /// - Parameters:
    ///   - path: absolute, with its query.
    ///   - accepted: other statuses whose body is an answer too.
    ///   - timeout: seconds.
    /// - Throws: ``CommandFailure`` with the API's own line for any other answer.
    func send(
        _ method: String,
        _ path: String,
        body: Data? = nil,
        headers: [String: String] = [:],
        accepting accepted: Set<Int> = [],
        timeout: TimeInterval = Self.patience
    ) async throws -> Data {
        var request = try request(method, path, body: body)
        request.timeoutInterval = timeout
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        var (data, answer) = try await exchange(request)
        let deadline = ContinuousClock.now + Self.limitPatience
        while answer.statusCode == 429, .now < deadline {
            let seconds = min(max(answer.value(forHTTPHeaderField: "retry-after").flatMap { Int($0) } ?? 1, 1), 60)
            StandardStream.error.write("the limit of requests is reached: going on in \(seconds) s")
            try await Task.sleep(for: .seconds(seconds))
            (data, answer) = try await exchange(request)
        }
        guard (200..<300).contains(answer.statusCode) || accepted.contains(answer.statusCode) else {
            throw failure(answer.statusCode, data)
        }
        return data
    }

    private func exchange(_ request: URLRequest) async throws -> (Data, HTTPURLResponse) {
        let data: Data
        let response: URLResponse
        do {
            (data, response) = try await URLSession.shared.data(for: request)
        } catch {
            throw CommandFailure(.unavailable, "no answer from \(base.absoluteString): \(error.localizedDescription)")
        }
        guard let answer = response as? HTTPURLResponse else {
            throw CommandFailure(.unavailable, "no HTTP answer from \(base.absoluteString)")
        }
        return (data, answer)
    }

    /// The request for a path, with the key.
    func request(_ method: String, _ path: String, body: Data? = nil) throws -> URLRequest {
        // Behind a proxy the address may have a path of its own.
        let prefix = base.absoluteString.hasSuffix("/") ? String(base.absoluteString.dropLast()) : base.absoluteString
        guard let url = URL(string: prefix + path) else {
            throw CommandFailure(.badData, "\(path) is not a path")
        }
        var request = URLRequest(url: url, timeoutInterval: Self.patience)
        request.httpMethod = method
        if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "authorization") }
        if let body {
            request.httpBody = body
            request.setValue("application/json", forHTTPHeaderField: "content-type")
        }
        return request
    }

    /// Sends a request and reads the JSON of its answer.
    func read<Answer: Decodable>(
        _ type: Answer.Type,
        _ method: String,
        _ path: String,
        body: Data? = nil,
        accepting accepted: Set<Int> = [],
        timeout: TimeInterval = Self.patience
    ) async throws -> Answer {
        let data = try await send(method, path, body: body, accepting: accepted, timeout: timeout)
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw CommandFailure(.failed, "the answer of \(method) \(path) is not understood; is it another version?")
        }
    }

    /// Calls `body` with the items of a list, page after page, `limit` of them at most.
    func items(
        of path: [String],
        query: [(String, String?)],
        limit: Int = .max,
        _ body: (JSONValue) throws -> Void
    ) async throws {
        var next: String? = try Self.path(path, query: query + [("limit", String(min(limit, 200)))])
        var left = limit
        while left > 0, let page = next {
            let answer = try await read(ListAnswer<JSONValue>.self, "GET", page)
            try answer.items.prefix(left).forEach(body)
            left -= answer.items.count
            next = answer.next
        }
    }

    /// A path of segments and a query, percent-encoded.
    ///
    /// - Throws: for a segment that would lead to another place, such as an empty id.
    static func path(_ segments: [String], query: [(String, String?)] = []) throws -> String {
        for segment in segments where ["", ".", ".."].contains(segment) {
            throw CommandFailure(.badData, "\(quoted(segment)) is no id or name")
        }
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        let encode = { (text: String) in text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text }
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(encode($0))" } }
        return "/" + segments.map(encode).joined(separator: "/")
            + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    private func failure(_ status: Int, _ data: Data) -> CommandFailure {
        struct Problem: Decodable { var detail: String? }
        let detail = (try? JSONDecoder().decode(Problem.self, from: data))?.detail ?? "HTTP \(status)"
        switch status {
        case 401, 403: return CommandFailure(.notAllowed, detail)
        case 502, 503, 504: return CommandFailure(.unavailable, detail)
        case 400, 422: return CommandFailure(.badData, detail)
        default: return CommandFailure(.failed, detail)
        }
    }
}
