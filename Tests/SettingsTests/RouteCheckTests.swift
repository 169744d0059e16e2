import Testing

@testable import Settings

@Suite struct RouteCheckTests {
    private let environment = ["ONE": Hidden.secret, "TWO": Hidden.other, "THREE": Hidden.third, "KEY": Hidden.apiKey]

    private func warnings(_ yaml: String) throws -> [String] {
        let settings = try Fixture.load(yaml, environment: environment)
        return RouteCheck.warnings(for: settings).map(\.description)
    }

    /// A file with one route named `default`, whose success destination is this.
    private func route(url: String, more: String = "") -> String {
        "routes: [{name: default, success: {url: '\(url)', secret: 'env:ONE'\(more)}}]"
    }

    @Test func `a sound file has no warnings`() throws {
        #expect(try warnings(route(url: "https://n8n.example.com/webhook/x")).isEmpty)
    }

    @Test func `n8n's test URL is pointed out`() throws {
        let url = "https://n8n.example.com/webhook-test/x"
        #expect(
            try warnings(route(url: url))
                == [
                    "routes[0].success.url: is n8n's test URL: it answers once, while the editor listens; use /webhook/"
                ]
        )
        #expect(try warnings(route(url: url, more: ", profile: generic")).isEmpty)
    }

    @Test(arguments: [
        ("http://n8n.example.com/x", true), ("http://93.184.215.14/x", true), ("http://[2606:4700::1111]/x", true),
        ("https://n8n.example.com/x", false), ("http://localhost:5678/x", false), ("http://n8n:5678/x", false),
        ("http://10.1.2.3/x", false), ("http://127.0.0.1/x", false), ("http://n8n.internal/x", false),
        ("http://[fd00::1]/x", false),
    ])
    func `plain http to a public host is pointed out`(url: String, isPublic: Bool) throws {
        #expect(
            try warnings(route(url: url))
                == (isPublic ? ["routes[0].success.url: sends in clear text to a public host; use https"] : [])
        )
        let allowed = route(url: "http://n8n.example.com/x") + "\ncallbacks: {allow: [n8n.example.com]}"
        #expect(try warnings(allowed).isEmpty)
    }

    @Test func `secrets in clear text are pointed out`() throws {
        let yaml = """
            routes:
              - name: default
                success: {url: "https://x.example/", secret: \(Hidden.secret), headers: {x-api-token: t, x-env: prod, Cookie: "env:KEY"}}
            api: {keys: [{name: a, key: \(Hidden.apiKey), role: ops}, {name: b, key: "env:ONE", role: ops}]}
            redis: {url: "redis://:hunter2@r"}
            sender: {proxy: "http://proxy.internal:3128"}
            """
        #expect(
            try warnings(yaml) == [
                "routes[0].success.secret: the secret stands in the file in clear text; use env:NAME or file:PATH",
                "routes[0].success.headers.x-api-token: what looks like a secret stands in the file in clear text; use env:NAME or file:PATH",
                "api.keys[0].key: the API key stands in the file in clear text; use env:NAME or file:PATH",
                "redis.url: a password stands in the file in clear text; use env:NAME or file:PATH",
            ]
        )
    }

    @Test func `a secret of two routes is pointed out once for each further route`() throws {
        let destination = "{url: 'https://x.example/s', secret: 'env:ONE'}"
        let other = "{url: 'https://x.example/f', secret: 'env:ONE'}"
        let yaml = """
            routes:
              - {name: a, match: {tenant: a}, success: \(destination), failure: \(other)}
              - {name: default, success: \(destination), failure: \(other)}
            """
        #expect(
            try warnings(yaml) == [
                "routes[1].success.secret: is the secret of the route a too: who holds it can sign for both"
            ]
        )
    }

    @Test func `a failure destination that is the success destination is pointed out`() throws {
        let destination = "{url: 'https://x.example/s', secret: 'env:ONE'}"
        #expect(
            try warnings("routes: [{name: default, success: \(destination), failure: \(destination)}]")
                == ["routes[0].failure.url: is the URL of success: leave failure out, status tells them apart"]
        )
    }

    @Test func `a queue that the worker takes nothing from is pointed out`() throws {
        let base = route(url: "https://n8n.example.com/webhook/x")
        #expect(
            try warnings(base + "\njobs: {queues: {bulk: 2, pdf: 3}}") == [
                "jobs.queues.bulk: the worker of this configuration takes no jobs from it: name it in worker.queues too, or run a worker with --queues"
            ]
        )
        #expect(try warnings(base + "\njobs: {queues: {bulk: 2}}\nworker: {queues: [pdf, bulk]}").isEmpty)
    }

    @Test func `a URL that is never called is pointed out`() throws {
        let warnings = try warnings(route(url: "http://169.254.169.254/latest"))
        #expect(warnings.contains { $0.hasPrefix("routes[0].success.url: is never called: ") })
    }

    @Test func `a file without a default route is pointed out`() throws {
        let message = "routes: no route is named default: events that no route takes are quarantined"
        #expect(try warnings("") == [message])
        #expect(
            try warnings("routes: [{name: a, success: {url: 'https://x.example', secret: 'env:ONE'}}]") == [message]
        )
    }

    @Test(arguments: [
        ("{}", "{}", true), ("{}", "{type: job.failed}", true), ("{type: '*'}", "{tenant: a}", true),
        ("{type: 'job.*'}", "{type: job.failed}", true), ("{type: 'job.*'}", "{type: 'job.pdf.*'}", true),
        ("{type: 'job.*'}", "{type: 'job.*', tenant: a}", true), ("{tenant: a}", "{tenant: a, queue: q}", true),
        ("{type: 'job.*'}", "{type: '*'}", false), ("{type: 'job.*'}", "{}", false),
        ("{type: 'job.*'}", "{type: jobs.done}", false),
        ("{type: job.failed}", "{type: 'job.*'}", false), ("{tenant: a}", "{tenant: b}", false),
        ("{tenant: a}", "{}", false),
        ("{queue: a, product_id: p}", "{queue: a}", false),
    ])
    func `a route behind one that takes all of its events is pointed out`(
        first: String,
        second: String,
        isShadowed: Bool
    ) throws {
        let yaml = """
            routes:
              - {name: first, match: \(first), success: {url: "https://x.example/1", secret: "env:ONE"}}
              - {name: second, match: \(second), success: {url: "https://x.example/2", secret: "env:TWO"}}
              - {name: default, success: {url: "https://x.example/3", secret: "env:THREE"}}
            """
        let warning = "routes[1].match: never counts, because the route first before it takes all of these events"
        #expect(try warnings(yaml) == (isShadowed ? [warning] : []))
    }

    @Test func `the default route shadows nobody, and its own match does not count`() throws {
        let yaml = """
            routes:
              - {name: default, match: {tenant: a}, success: {url: "https://x.example/1", secret: "env:ONE"}}
              - {name: second, success: {url: "https://x.example/2", secret: "env:TWO"}}
            """
        #expect(
            try warnings(yaml) == ["routes[0].match: does not count: the route named default takes what no other takes"]
        )
    }
}
