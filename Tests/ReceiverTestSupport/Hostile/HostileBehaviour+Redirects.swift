import Deliveries

extension HostileBehaviour {
    /// Answers that lead elsewhere, by status or by a field. None is followed.
    static let redirects: [HostileBehaviour] =
        [300, 301, 302, 303, 305, 307, 308].map { status in
            leading("redirect \(status)", status, ["Location": metadata], .whole(status, .rejected))
        }
        + [
            "file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "//169.254.169.254/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://2852039166/", "/elsewhere", "", "http://\u{0}/",
        ].map { target in
            let shown = target == "http://\u{0}/" ? "a zero byte" : "\"\(target)\""
            let expectation: HostileExpectation =
                target == "http://\u{0}/" ? .garbled(status: 307) : .whole(307, .rejected)
            return leading("redirect to \(shown)", 307, ["Location": target], expectation)
        }
        + [
            leading("another place named beside success", 201, ["Location": metadata], .whole(201)),
            leading("a refresh", 200, ["Refresh": "0; url=\(metadata)"], .whole(200)),
            leading("an alternative service", 200, ["Alt-Svc": "http/1.1=\"169.254.169.254:80\""], .whole(200)),
            leading("a challenge", 401, ["WWW-Authenticate": "Negotiate, NTLM, Basic"], .whole(401, .rejected)),
            leading("a proxy's challenge", 407, ["Proxy-Authenticate": "Basic"], .whole(407, .rejected)),
            leading("a wish for another connection", 421, [:], .whole(421, .rejected)),
            leading("a wish for another protocol", 426, ["Upgrade": "h2c"], .whole(426, .rejected)),
        ]

    /// Where clouds serve credentials.
    package static let metadata = "http://169.254.169.254/latest/meta-data/"

    private static func leading(
        _ name: String,
        _ status: Int,
        _ fields: [String: String],
        _ expectation: HostileExpectation
    ) -> HostileBehaviour {
        HostileBehaviour(
            name,
            .redirect,
            .answers(.status(status, headers: fields.map { ($0.key, $0.value) })),
            expectation
        )
    }
}
