package import Deliveries

/// What n8n answers, word for word as its source and that of its web server (Express on Node) have it, and what a proxy
/// before it answers in its place; with what has to become of the delivery by contract section 4.
package struct N8NAnswer: Sendable, CustomStringConvertible {
    /// What becomes of the delivery.
    package enum Next: Sendable {
        /// It is delivered.
        case done
        /// It is dead.
        case dead
        /// It is tried again by the schedule, but not before so many seconds.
        case schedule(atLeast: Int64)
        /// It is tried again within seconds, apart from the schedule.
        case soon
    }

    /// When it is given.
    package let situation: String
    /// The answer, byte for byte.
    package let bytes: [UInt8]
    /// The status.
    package let status: Int
    /// The body.
    package let body: String
    /// What the attempt amounts to.
    package let outcome: AttemptOutcome
    /// What becomes of the delivery.
    package let next: Next

    package var description: String { situation }

    /// How a body is sent.
    private enum Form {
        /// As Express sends objects.
        case json
        /// As Express sends text, and pages.
        case html
        /// As a node writes it past Express, in chunks.
        case plain
        /// As nginx sends its pages.
        case proxy
        /// Not at all.
        case none
    }

    private init(
        _ situation: String,
        _ status: Int,
        _ reason: String,
        _ form: Form,
        _ body: String,
        _ outcome: AttemptOutcome,
        _ next: Next,
        more: String = ""
    ) {
        self.situation = situation
        self.status = status
        self.body = body
        self.outcome = outcome
        self.next = next
        let length = "Content-Length: \(body.utf8.count)\r\n"
        let date = "Date: Mon, 15 Jan 2024 10:05:00 GMT\r\nConnection: keep-alive\r\n"
        let node = date + "Keep-Alive: timeout=5\r\n"
        let fields: String
        switch form {
        case .json:
            fields =
                "Content-Type: application/json; charset=utf-8\r\n" + length
                + "ETag: W/\"1f-abc\"\r\nVary: Accept-Encoding\r\n" + node
        case .html:
            fields =
                "Content-Type: text/html; charset=utf-8\r\n" + length
                + "ETag: W/\"1f-abc\"\r\nVary: Accept-Encoding\r\n" + node
        case .plain:
            fields = node + "Transfer-Encoding: chunked\r\n"
        case .proxy:
            fields = "Server: nginx\r\nContent-Type: text/html\r\n" + length + date
        case .none:
            fields = node
        }
        let size = String(body.utf8.count, radix: 16)
        let sent =
            if case .plain = form { body.isEmpty ? "0\r\n\r\n" : "\(size)\r\n\(body)\r\n0\r\n\r\n" } else { body }
        bytes = Array("HTTP/1.1 \(status) \(reason)\r\n\(more)\(fields)\r\n\(sent)".utf8)
    }

    /// All of them.
    package static let all = webhooks + resumeURLs + authentication + proxies

    private static let webhooks = [
        N8NAnswer(
            "the workflow was started",
            200,
            "OK",
            .json,
            #"{"message":"Workflow was started"}"#,
            .delivered,
            .done
        ),
        N8NAnswer("what the last node returned", 200, "OK", .json, #"{"ok":true,"id":42}"#, .delivered, .done),
        N8NAnswer("what a Respond node chose", 201, "Created", .html, "thanks", .delivered, .done),
        N8NAnswer("an empty answer", 200, "OK", .html, "", .delivered, .done),
        N8NAnswer("no response body", 204, "No Content", .none, "", .delivered, .done),
        N8NAnswer(
            "its migrations are running",
            200,
            "OK",
            .html,
            "n8n is starting up. Please wait",
            .retry,
            .schedule(atLeast: 5)
        ),
        N8NAnswer(
            "its database is away",
            503,
            "Service Unavailable",
            .json,
            #"{"code":503,"message":"Database is not ready!"}"#,
            .retry,
            .schedule(atLeast: 5)
        ),
        N8NAnswer(
            "its webhooks are not there yet",
            404,
            "Not Found",
            .html,
            expressPage,
            .retry,
            .schedule(atLeast: 5),
            more: "Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n"
        ),
        N8NAnswer(
            "a production URL that is not registered",
            404,
            "Not Found",
            .json,
            #"{"code":404,"message":"The requested webhook \"POST pdf-complete\" is not registered.","hint":"#
                + #""The workflow must be active for a production URL to run successfully. You can activate the workflow "#
                + #"using the toggle in the top-right of the editor. Note that unlike test URL calls, production URL calls "#
                + #"aren't shown on the canvas (only in the executions list)"}"#,
            .retry,
            .schedule(atLeast: 5)
        ),
        N8NAnswer(
            "a test URL that is not listening",
            404,
            "Not Found",
            .json,
            #"{"code":404,"message":"The requested webhook \"pdf-complete\" is not registered.","hint":"#
                + #""Click the 'Execute workflow' button on the canvas, then try again. (In test mode, the webhook only "#
                + #"works for one call after you click this button)"}"#,
            .retry,
            .schedule(atLeast: 5)
        ),
        N8NAnswer(
            "a webhook for another method",
            404,
            "Not Found",
            .json,
            #"{"code":404,"message":"This webhook is not registered for POST requests. Did you mean to make a GET request?"}"#,
            .retry,
            .schedule(atLeast: 5)
        ),
        N8NAnswer(
            "a body that it cannot read",
            422,
            "Unprocessable Entity",
            .json,
            #"{"code":422,"message":"Failed to parse request body","hint":"Unexpected end of JSON input"}"#,
            .rejected,
            .dead
        ),
        N8NAnswer(
            "a workflow that failed",
            500,
            "Internal Server Error",
            .json,
            #"{"message":"Error in workflow"}"#,
            .retry,
            .schedule(atLeast: 5)
        ),
        N8NAnswer(
            "a workflow that could not be started",
            500,
            "Internal Server Error",
            .json,
            #"{"code":0,"message":"Workflow Webhook Error: Workflow could not be started!"}"#,
            .retry,
            .schedule(atLeast: 5)
        ),
        N8NAnswer(
            "anything unexpected, a body over its limit included",
            500,
            "Internal Server Error",
            .json,
            #"{"code":0,"message":"There was a problem executing the workflow"}"#,
            .retry,
            .schedule(atLeast: 5)
        ),
    ]

    private static let resumeURLs = [
        N8NAnswer(
            "an execution that is not at its Wait node yet",
            409,
            "Conflict",
            .json,
            #"{"code":409,"message":"The execution \"231\" is running already."}"#,
            .notReady,
            .soon
        ),
        // The quotation mark that is missing is missing there.
        N8NAnswer(
            "an execution that has finished",
            409,
            "Conflict",
            .json,
            #"{"code":409,"message":"The execution \"231 has finished already."}"#,
            .rejected,
            .dead
        ),
        N8NAnswer(
            "an execution that has failed",
            409,
            "Conflict",
            .json,
            #"{"code":409,"message":"The execution \"231\" has finished with error."}"#,
            .rejected,
            .dead
        ),
        N8NAnswer(
            "an execution that is unknown",
            404,
            "Not Found",
            .json,
            #"{"code":404,"message":"The execution \"231\" does not exist."}"#,
            .retry,
            .schedule(atLeast: 5)
        ),
        N8NAnswer(
            "an execution that waits elsewhere, or for another method",
            404,
            "Not Found",
            .json,
            #"{"code":404,"message":"The workflow for execution \"231\" does not contain a waiting webhook with a "#
                + #"matching path/method."}"#,
            .retry,
            .schedule(atLeast: 5)
        ),
        N8NAnswer(
            "a token that is wrong",
            401,
            "Unauthorized",
            .json,
            #"{"error":"Invalid token"}"#,
            .rejected,
            .dead
        ),
    ]

    private static let authentication = [
        N8NAnswer(
            "no credentials",
            401,
            "Unauthorized",
            .plain,
            "Authorization is required!",
            .rejected,
            .dead,
            more: realm
        ),
        N8NAnswer(
            "wrong credentials, or a bot",
            403,
            "Forbidden",
            .plain,
            "Authorization data is wrong!",
            .rejected,
            .dead,
            more: realm
        ),
        N8NAnswer("no JSON Web Token", 401, "Unauthorized", .plain, "No token provided", .rejected, .dead, more: realm),
        N8NAnswer(
            "a JSON Web Token that is wrong",
            403,
            "Forbidden",
            .plain,
            "invalid signature",
            .rejected,
            .dead,
            more: realm
        ),
        N8NAnswer(
            "credentials that were never set",
            500,
            "Internal Server Error",
            .plain,
            "No authentication data defined on node!",
            .retry,
            .schedule(atLeast: 5),
            more: realm
        ),
        N8NAnswer(
            "an address that is not allowed",
            403,
            "Forbidden",
            .plain,
            "IP is not whitelisted to access the webhook!",
            .rejected,
            .dead,
            more: realm
        ),
    ]

    private static let proxies = [
        proxy(400, "Bad Request", .rejected, .dead),
        proxy(408, "Request Time-out", .retry, .schedule(atLeast: 5)),
        proxy(410, "Gone", .gone, .dead),
        proxy(413, "Request Entity Too Large", .rejected, .dead),
        proxy(429, "Too Many Requests", .retry, .schedule(atLeast: 120), more: "Retry-After: 120\r\n"),
        proxy(502, "Bad Gateway", .retry, .schedule(atLeast: 5)),
        proxy(503, "Service Temporarily Unavailable", .retry, .schedule(atLeast: 60), more: "Retry-After: 60\r\n"),
        proxy(504, "Gateway Time-out", .retry, .schedule(atLeast: 5)),
        proxy(524, "A Timeout Occurred", .retry, .schedule(atLeast: 5)),
        proxy(308, "Permanent Redirect", .rejected, .dead, more: "Location: https://n8n.example.com/\r\n"),
    ]

    private static let realm = "WWW-Authenticate: Basic realm=\"Webhook\"\r\n"

    private static let expressPage = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Error</title>
        </head>
        <body>
        <pre>Cannot POST /webhook/pdf-complete</pre>
        </body>
        </html>

        """

    private static func proxy(
        _ status: Int,
        _ reason: String,
        _ outcome: AttemptOutcome,
        _ next: Next,
        more: String = ""
    ) -> N8NAnswer {
        let title = "\(status) \(reason)"
        let page = [
            "<html>", "<head><title>\(title)</title></head>", "<body>", "<center><h1>\(title)</h1></center>",
            "<hr><center>nginx</center>", "</body>", "</html>", "",
        ].joined(separator: "\r\n")
        return N8NAnswer("a proxy's \(status)", status, reason, .proxy, page, outcome, next, more: more)
    }
}
