import Deliveries
import HTTPTypes
import JobQueue
import Signing

/// Reads a job as clients submit it. Both ways of naming the members that clients have are taken.
struct JobRequestReader: Sendable {
    private static let productNames = ["product_id", "productId"]
    private static let emailNames = ["user_email", "userEmail"]
    private static let userNames = ["user_name", "userName"]
    private static let callbackNames = ["callback_url", "callbackUrl", "callback", "webhook_url"]
    private static let failureNames = ["failure_url", "failureUrl", "failure_callback_url"]
    private static let retryNames = ["max_retries", "maxRetries"]
    private static let runAtNames = ["run_at", "runAt"]
    /// Seconds of the longest run.
    private static let longestTimeout = 3600
    /// Milliseconds until the latest start: a year.
    private static let longestDelay: Int64 = 366 * 86_400_000

    /// Bytes of the body at most: a mebibyte of `data`, and the rest.
    static let bodyLimit = EventRoutes.bodyLimit
    private static let dataLimit = 1 << 20

    /// The names that members may have.
    static let members =
        ["code"] + productNames + emailNames + userNames + ["data", "queue", "priority"] + callbackNames + failureNames
        + retryNames + ["timeout"] + runAtNames

    let rules: JobRules

    /// Reads the members of a body, and the headers that go with it.
    func read(_ body: JSONBody, headers: HTTPFields, tenant: String?, now: Timestamp) throws(Problem) -> JobSubmission {
        let request = try pdfRequest(body)
        let queue = try queue(body)
        let priority = try body.choice("priority", of: JobPriority.self) ?? .normal
        let callback = try url(body, Self.callbackNames)
        let failure = try url(body, Self.failureNames)
        let retries = try integer(body, Self.retryNames, in: 0...25)
        let timeout = try timeout(body).map { Duration.seconds($0) }
        let runAt = try runAt(body, now: now)
        let payload = request.payload
        let idempotency = try Self.idempotencyKey(headers).map { key in
            // Of what was asked, not of its bytes: a client that repeats itself may write them in another order. And not of what
            // the configuration adds, which may be another by then.
            let asked: [String?] = [
                queue?.text, priority.rawValue, callback, failure, retries.map { String($0) }, timeout.map { "\($0)" },
                runAt.map { String($0.milliseconds) },
            ]
            let parts = asked.map { part in "\((part ?? "").utf8.count):\(part ?? "")" }
            // The payload was made of checked parts.
            let meaning = (try? JSONObjectBytes(payload)).map { JSONMeaning(of: $0).bytes } ?? payload
            let fingerprint = sha256(Array(parts.joined().utf8) + meaning)
            return IdempotencyKey(key: key, fingerprint: fingerprint)
        }
        return JobSubmission(
            queue: queue ?? rules.queues.first ?? .pdf,
            kind: PDFRequest.kind,
            payload: payload,
            priority: priority,
            tenant: tenant,
            productID: request.productID,
            code: request.code,
            callbackURL: callback,
            failureURL: failure,
            maxRetries: retries ?? rules.retries,
            timeout: timeout ?? rules.timeout,
            // A time that has passed means at once.
            runAt: runAt.flatMap { $0 > now ? $0 : nil },
            createdAt: now,
            traceparent: Self.traceparent(headers),
            idempotency: idempotency
        )
    }

    private func pdfRequest(_ body: JSONBody) throws(Problem) -> PDFRequest {
        guard let code = try line(body, ["code"], limit: 128) else { throw .invalid("code", "is missing") }
        guard let product = try body.text(under: Self.productNames) else { throw .invalid("product_id", "is missing") }
        guard PDFRequest.isProductID(product.text) else {
            throw .invalid(product.name, "must be 1 to 64 of A-Z a-z 0-9 _ - . and begin with a letter or digit")
        }
        let email = try line(body, Self.emailNames, limit: 254)
        if let email {
            let parts = email.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !email.contains(" ") else {
                let name = try body.text(under: Self.emailNames)?.name ?? "user_email"
                throw .invalid(name, "is not an e-mail address")
            }
        }
        let data = try body.presentObject("data") ?? Array("{}".utf8)
        guard data.count <= Self.dataLimit else { throw .invalid("data", "is longer than \(Self.dataLimit) bytes") }
        return PDFRequest(
            code: code,
            productID: product.text,
            userEmail: email,
            userName: try line(body, Self.userNames, limit: 256),
            data: data
        )
    }

    private func queue(_ body: JSONBody) throws(Problem) -> QueueName? {
        guard let text = try body.text(under: ["queue"])?.text else { return nil }
        guard let queue = QueueName(text), rules.queues.contains(queue) else {
            throw .invalid("queue", "must be one of \(rules.queues.map(\.text).joined(separator: ", "))")
        }
        return queue
    }

    /// A URL that may be called.
    private func url(_ body: JSONBody, _ names: [String]) throws(Problem) -> String? {
        guard let (url, name) = try body.text(under: names) else { return nil }
        if let reason = rules.callbackRefusal(url) { throw .invalid(name, reason) }
        return url
    }

    /// Seconds, or a text such as `90s` or `5m`.
    private func timeout(_ body: JSONBody) throws(Problem) -> Int? {
        guard body.isText("timeout") else { return try body.integer("timeout", in: 1...Self.longestTimeout) }
        guard let text = try body.text("timeout"), !text.isEmpty else { return nil }
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
        let digits = text.utf8.dropLast()
        guard let unit = text.last.flatMap({ units[$0] }), (1...4).contains(digits.count),
            digits.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(String(text.dropLast())),
            (1...Self.longestTimeout).contains(count * unit)
        else {
            throw .invalid(
                "timeout",
                "is not a number of seconds from 1 to \(Self.longestTimeout), or such as 90s or 5m"
            )
        }
        return count * unit
    }

    private func runAt(_ body: JSONBody, now: Timestamp) throws(Problem) -> Timestamp? {
        guard let (text, name) = try body.text(under: Self.runAtNames) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw .invalid(name, "\(quoted(text)) is not a time such as 2024-01-15T10:05:00Z")
        }
        guard time.milliseconds(since: now) <= Self.longestDelay else {
            throw .invalid(name, "is more than a year ahead")
        }
        return time
    }

    private func integer(_ body: JSONBody, _ names: [String], in range: ClosedRange<Int>) throws(Problem) -> Int? {
        var found: (number: Int, name: String)?
        for name in names {
            guard let number = try body.integer(name, in: range) else { continue }
            if let found, found.number != number {
                throw .invalid(name, "differs from \(found.name), which means the same; send one of them")
            }
            found = (number, name)
        }
        return found?.number
    }

    /// One line of text, for a file name, a template or a header.
    private func line(_ body: JSONBody, _ names: [String], limit: Int) throws(Problem) -> String? {
        guard let (text, name) = try body.text(under: names) else { return nil }
        guard text.utf8.count <= limit else { throw .invalid(name, "is longer than \(limit) bytes") }
        guard text.unicodeScalars.allSatisfy({ !Self.isControl($0) }) else {
            throw .invalid(name, "has a control character")
        }
        return text
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar.value < 0x20 || scalar.value == 0x7F : scalar.properties.generalCategory == .control
    }

    /// `Idempotency-Key`. Its draft standard writes it as a quoted string; most clients do not.
    private static func idempotencyKey(_ headers: HTTPFields) throws(Problem) -> String? {
        guard let given = headers[field: .idempotencyKey] else { return nil }
        let isQuoted = given.utf8.count >= 2 && given.hasPrefix("\"") && given.hasSuffix("\"")
        let key = isQuoted ? String(given.dropFirst().dropLast()) : given
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid("Idempotency-Key", "must be 1 to 255 printable characters without spaces")
        }
        return key
    }

    /// A trace context that is one; any other is passed over, as the W3C wants it.
    private static func traceparent(_ headers: HTTPFields) -> String? {
        headers[field: .traceparent].flatMap { text in
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            let isHex = text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == UInt8(ascii: "-")
            }
            return isHex && parts.map(\.utf8.count) == [2, 32, 16, 2] ? text : nil
        }
    }
}
