import Testing

@testable import Settings

/// Everything that a file is refused for: the text, and the lines that come out.
@Suite struct RefusalTests {
    @Test(arguments: [
        ("route: []", "1: route: unknown key; did you mean routes?"),
        (
            "colour: x",
            "1: colour: unknown key; known are routes, callbacks, api, jobs, events, redis, database, sender, relay, retention, worker, templates, storage, log, server"
        ),
        ("'': x", "1: has a key that is not known"),
        ("? ", "1: has a key that is not known"),
        ("events:\n  '': 1", "2: events: has a key that is not known"),
        ("- a", "1: must be a mapping of keys to values, not a list"),
        ("hello", "1: must be a mapping of keys to values, not a single value"),
        ("routes: {}", "1: routes: must be a list, not a mapping"),
        ("routes: x", "1: routes: must be a list, not a single value"),
        ("routes:\n  - x", "2: routes[0]: must be a mapping of keys to values, not a single value"),
        ("events: []", "1: events: must be a mapping of keys to values, not a list"),
        ("events:\n  batchsize: 1", "2: events.batchsize: unknown key; known are stream, group, batch, claim_idle"),
        ("events:\n  claimIdle: 1s", "2: events.claimIdle: unknown key; did you mean claim_idle?"),
        ("events:\n  bacth: 1", "2: events.bacth: unknown key; did you mean batch?"),
        ("events:\n  batch: 0", "2: events.batch: must be a whole number from 1 to 500"),
        ("events:\n  batch: 501", "2: events.batch: must be a whole number from 1 to 500"),
        ("events:\n  batch: 1.5", "2: events.batch: must be a whole number from 1 to 500"),
        ("events:\n  batch: -1", "2: events.batch: must be a whole number from 1 to 500"),
        ("events:\n  batch: 99999999999999999999", "2: events.batch: must be a whole number from 1 to 500"),
        ("events:\n  batch:", "2: events.batch: has no value"),
        ("events:\n  batch: [1]", "2: events.batch: must be a single value, not a list"),
        ("events:\n  stream: ''", "2: events.stream: is empty"),
        ("events:\n  stream: \"a\\nb\"", "2: events.stream: contains a control character"),
        ("events:\n  claim_idle: 60", "2: events.claim_idle: must be a whole number and a unit: 500ms, 5s, 2m, 8h, 7d"),
        ("events:\n  claim_idle: 2d", "2: events.claim_idle: must be from 1s to 1d"),
        ("events:\n  claim_idle: 999ms", "2: events.claim_idle: must be from 1s to 1d"),
        ("jobs:\n  capacity: 0", "2: jobs.capacity: must be a whole number from 1 to 1000000"),
        (
            "jobs:\n  retry_pauses: []",
            "2: jobs.retry_pauses: needs one pause at least; jobs.retries: 0 makes no second try"
        ),
        ("jobs:\n  retry_pauses: [5s, 2d]", "2: jobs.retry_pauses[1]: must be from 1s to 1d"),
        ("jobs:\n  order: fifo", "2: jobs.order: must be one of weighted, strict"),
        ("jobs:\n  lease: 14s", "2: jobs.lease: must be from 15s to 10m"),
        ("jobs:\n  retries: 26", "2: jobs.retries: must be a whole number from 0 to 25"),
        ("jobs:\n  timeout: 2h", "2: jobs.timeout: must be from 1s to 1h"),
        ("jobs:\n  queues: {pdf: 0}", "2: jobs.queues.pdf: must be a whole number from 1 to 1000"),
        (
            "jobs:\n  queues: {PDF: 1}",
            "2: jobs.queues.PDF: the name of a queue is 1 to 64 of a-z 0-9 _ - and begins with a letter or digit"
        ),
        ("jobs:\n  queue: pdf", "2: jobs.queue: unknown key; did you mean queues?"),
        ("api:\n  public_url: ftp://x", "2: api.public_url: the URL does not begin with http:// or https://"),
        ("api:\n  public_url: 'http://x/?a'", "2: api.public_url: must have no query and no fragment"),
        ("api:\n  link_secret: short", "2: api.link_secret: must have 32 to 512 characters without spaces"),
        ("relay:\n  grace: 11m", "2: relay.grace: must be from 0s to 10m"),
        ("retention:\n  delivered: 59m", "2: retention.delivered: must be from 1h to 3650d"),
        ("retention:\n  dead: 3651d", "2: retention.dead: must be from 1h to 3650d"),
        (
            "retention:\n  attempts: 1w",
            "2: retention.attempts: must be a whole number and a unit: 500ms, 5s, 2m, 8h, 7d"
        ),
        (
            "retention:\n  quarantine: x",
            "2: retention.quarantine: must be a whole number and a unit: 500ms, 5s, 2m, 8h, 7d"
        ),
        ("retention:\n  documents: 59m", "2: retention.documents: must be from 1h to 3650d"),
        ("log:\n  level: loud", "2: log.level: must be one of trace, debug, info, notice, warning, error, critical"),
        ("log:\n  format: xml", "2: log.format: must be one of text, json"),
        ("server:\n  port: 65536", "2: server.port: must be a whole number from 0 to 65535"),
        ("server:\n  host: ''", "2: server.host: is empty"),
        ("sender:\n  max_in_flight: 0", "2: sender.max_in_flight: must be a whole number from 1 to 10000"),
        ("sender:\n  max_in_flight: 10001", "2: sender.max_in_flight: must be a whole number from 1 to 10000"),
        ("sender:\n  no_proxy: localhost", "2: sender.no_proxy: must be a list, not a single value"),
        ("sender:\n  no_proxy: [a, '']", "2: sender.no_proxy[1]: is empty"),
        (
            "sender:\n  proxy: ftp://user:hunter2@x",
            "2: sender.proxy: must begin with one of http://, https://, socks5://, socks5h:// and have no spaces"
        ),
        ("sender:\n  ca_file: /nonexistent/ca.pem", "2: sender.ca_file: is not a file that can be read"),
        ("redis:\n  ca_file: /", "2: redis.ca_file: is not a file that can be read"),
        ("sender:\n  client_key: /dev/null", "2: sender.client_key: needs sender.client_certificate"),
        (
            "redis:\n  url: http://:hunter2@x",
            "2: redis.url: must begin with one of redis://, rediss://, unix://, redis+unix:// and have no spaces"
        ),
        (
            "redis:\n  client_key: /dev/null",
            "2: redis.client_key: redis.client_certificate and redis.client_key go together"
        ),
        (
            "redis:\n  client_certificate: /dev/null",
            "2: redis.client_certificate: redis.client_certificate and redis.client_key go together"
        ),
        (
            "database:\n  url: postgres://u:hunter2@h/d",
            "2: database.url: this version keeps its ledger in SQLite only: sqlite:PATH, or leave it out"
        ),
        (
            "database:\n  url: postgresql://u:hunter2@h/d",
            "2: database.url: this version keeps its ledger in SQLite only: sqlite:PATH, or leave it out"
        ),
        (
            "api:\n  limits: { submit: 600 }",
            "2: api.limits.submit: must be none, or a number of requests from 1 to 1000000 and a time: 10/s, 600/m, 5000/h"
        ),
        (
            "api:\n  limits: { jobs: 10/m }",
            "2: api.limits.jobs: is no class of requests; known are submit, status, health, events"
        ),
        ("database:\n  url: ledger.sqlite", "2: database.url: must be sqlite:PATH"),
        ("database:\n  url: 'sqlite:'", "2: database.url: must be sqlite:PATH"),
        ("database:\n  url: sqlite://host/x", "2: database.url: must be sqlite:PATH"),
    ])
    func `sections are refused with line, path and reason`(yaml: String, line: String) throws {
        #expect(try Fixture.refusals(yaml) == ["postback.yaml:\(line)"])
    }

    @Test(arguments: [
        ("retention:\n  documents: 6d", "2: retention.documents: must not be shorter than storage.link_life (7d)"),
        ("storage:\n  link_life: 31d", "2: storage.link_life: must not be longer than retention.documents (30d)"),
        (
            "storage:\n  link_life: 41d\nretention:\n  documents: 40d",
            "4: retention.documents: must not be shorter than storage.link_life (41d)"
        ),
    ])
    func `a link does not outlive its document`(yaml: String, line: String) throws {
        #expect(try Fixture.refusals(yaml) == ["postback.yaml:\(line)"])
        #expect(
            try Fixture.refusals("{}", environment: ["POSTBACK_STORAGE_LINK_LIFE": "31d"])
                == ["POSTBACK_STORAGE_LINK_LIFE: must not be longer than retention.documents (30d)"]
        )
        #expect(try Fixture.refusals("storage: {link_life: 30d}").isEmpty)
        #expect(try Fixture.refusals("storage: {link_life: 60d}\nretention: {documents: 60d}").isEmpty)
    }

    @Test(arguments: [
        ("retention:\n  jobs: 29d", "2: retention.jobs: must not be shorter than retention.dead (30d)"),
        ("retention:\n  dead: 91d", "2: retention.dead: must not be longer than retention.jobs (90d)"),
        ("retention:\n  delivered: 100d", "2: retention.delivered: must not be longer than retention.jobs (90d)"),
    ])
    func `a job is remembered as long as its events`(yaml: String, line: String) throws {
        #expect(try Fixture.refusals(yaml) == ["postback.yaml:\(line)"])
        #expect(try Fixture.refusals("retention: {jobs: 30d}").isEmpty)
        #expect(try Fixture.refusals("retention: {jobs: 200d, dead: 200d, delivered: 200d}").isEmpty)
    }

    @Test(arguments: [
        ("urls: x", "urls: unknown key; did you mean url?"),
        ("connectTimeout: 1s", "connectTimeout: unknown key; did you mean connect_timeout?"),
        ("<<: {jwt: true}", "<<: unknown key; merge keys are not supported; an alias for a whole value is"),
        ("timeout: 999ms", "timeout: must be from 1s to 10m"),
        ("timeout: 11m", "timeout: must be from 1s to 10m"),
        ("timeout: 30", "timeout: must be a whole number and a unit: 500ms, 5s, 2m, 8h, 7d"),
        ("connect_timeout: 99ms", "connect_timeout: must be from 100ms to 1m"),
        ("connect_timeout: 61s", "connect_timeout: must be from 100ms to 1m"),
        ("connect_timeout: 31s", "connect_timeout: must not be longer than timeout (30s)"),
        ("concurrency: 0", "concurrency: must be a whole number from 1 to 1000"),
        ("concurrency: 1001", "concurrency: must be a whole number from 1 to 1000"),
        ("rate: 100", "rate: must be a number of requests from 1 to 1000000 and a time: 100/s, 30/m, 500/h"),
        ("rate: 0/s", "rate: must be a number of requests from 1 to 1000000 and a time: 100/s, 30/m, 500/h"),
        ("rate: 5/day", "rate: must be a number of requests from 1 to 1000000 and a time: 100/s, 30/m, 500/h"),
        ("profile: N8N", "profile: must be one of n8n, generic"),
        ("body: raw", "body: must be one of flat, standard"),
        ("jwt: yes", "jwt: must be true or false"),
        ("jwt: {}", "jwt: must be a single value, not a mapping"),
        ("retries: 5s", "retries: must be a list, not a single value"),
        ("retries: [5s, 999ms]", "retries[1]: must be from 1s to 7d"),
        ("retries: [8d]", "retries[0]: must be from 1s to 7d"),
        ("retries: [5]", "retries[0]: must be a whole number and a unit: 500ms, 5s, 2m, 8h, 7d"),
        (
            "retries: [\(Array(repeating: "1s", count: 51).joined(separator: ","))]",
            "retries: has 51 entries, 50 are the most"
        ),
        (
            "previous_secret: whsec_c2hvcnQ=",
            "previous_secret: the secret is weak: 5 bytes after decoding, 24 are the least"
        ),
        ("previous_secret: \(Hidden.secret)", "previous_secret: is the same as secret"),
        ("previous_secret_until: 2030-01-31T12:00:00Z", "previous_secret_until: needs previous_secret"),
        ("headers: [a]", "headers: must be a mapping of keys to values, not a list"),
        ("headers: {'a b': x}", "headers: has a name that is no HTTP field name"),
        ("headers: {'': x}", "headers: has a name that is no HTTP field name"),
        ("headers: {a: [x]}", "headers.a: must be a single value, not a list"),
        ("headers: {a: ''}", "headers.a: is empty"),
        ("headers: {a: \"x\\ny\"}", "headers.a: contains a control character"),
        ("headers: {a: \"x\\ty\"}", "headers.a: contains a control character"),
        ("headers: {a: ' x'}", "headers.a: begins or ends with a space"),
        ("headers: {a: x, A: y}", "headers.A: is there already in another case"),
        ("headers: {a: \(String(repeating: "x", count: 8192))}", "headers.a: makes the headers larger than 8192 bytes"),
        (
            "headers: {\((0..<33).map { "h\($0): x" }.joined(separator: ", "))}",
            "headers.h0: is one of 33 entries, 32 are the most"
        ),
    ])
    func `options of a destination are refused with line, path and reason`(option: String, line: String) throws {
        #expect(try Fixture.refusals(Fixture.route(option)) == ["postback.yaml:6: routes[0].success.\(line)"])
    }

    @Test(arguments: [
        "Host", "content-length", "Content-Type", "transfer-encoding", "connection", "keep-alive", "te", "trailer",
        "upgrade",
        "expect", "proxy-connection", "webhook-id", "Webhook-Anything", "x-postback-signature", "X-Postback-Custom",
        "user-agent",
        "traceparent",
    ])
    func `headers that Postback sets itself cannot be configured`(name: String) throws {
        #expect(
            try Fixture.refusals(Fixture.route("headers: {\(name): x}"))
                == ["postback.yaml:6: routes[0].success.headers.\(name): is a header that Postback sets itself"]
        )
    }

    @Test func `authorization is free unless the token takes it`() throws {
        #expect(try Fixture.refusals(Fixture.route("headers: {Authorization: x}")).isEmpty)
        #expect(
            try Fixture.refusals(Fixture.route("headers: {Authorization: x}", "jwt: true"))
                == [
                    "postback.yaml:6: routes[0].success.headers.Authorization: is taken by the token that jwt: true sends"
                ]
        )
    }

    @Test(arguments: [
        ("ftp://x.example", "the URL does not begin with http:// or https://"),
        ("https://user:hunter2@x.example", "the URL has a user name or password"),
        ("https://x.example/#a", "the URL has a fragment (#…), which is never sent"),
        ("https://", "the URL has no host"),
        ("https://x.example:0", "the URL's port is not a number from 1 to 65535"),
        ("n8n.example.com", "the URL does not begin with http:// or https://"),
        ("", "the URL does not begin with http:// or https://"),
    ])
    func `a URL that cannot be called is refused`(url: String, reason: String) throws {
        let yaml = "routes:\n- name: a\n  success:\n    secret: \(Hidden.secret)\n    url: '\(url)'"
        #expect(try Fixture.refusals(yaml) == ["postback.yaml:5: routes[0].success.url: \(reason)"])
    }

    @Test(arguments: [
        ("''", "the name"), ("'a b'", "the name"), ("é", "the name"), (String(repeating: "a", count: 65), "the name"),
    ])
    func `a route's name has its characters`(name: String, _: String) throws {
        #expect(
            try Fixture.refusals(Fixture.route(name: name))
                == ["postback.yaml:2: routes[0].name: must be 1 to 64 characters of A-Z a-z 0-9 _ - ."]
        )
    }

    @Test func `a route's name is unique and no callback's`() throws {
        let second = Fixture.route(name: "a").dropFirst("routes:\n".count)
        #expect(
            try Fixture.refusals(Fixture.route(name: "a") + second)
                == ["postback.yaml:6: routes[1].name: is the name of routes[0] already"]
        )
        #expect(
            try Fixture.refusals(Fixture.route(name: "callback-x")) == [
                "postback.yaml:2: routes[0].name: must not begin with callback-, which marks URLs that arrive with events"
            ]
        )
    }

    @Test func `what is missing is named, all of it at once`() throws {
        #expect(
            try Fixture.refusals(
                "routes:\n  - match: {}\n  - name: b\n    success: {}\n    failure:\n      url: http://x"
            ) == [
                "postback.yaml:2: routes[0]: name is missing",
                "postback.yaml:2: routes[0]: success is missing",
                "postback.yaml:4: routes[1].success: url is missing",
                "postback.yaml:4: routes[1].success: secret is missing",
                "postback.yaml:5: routes[1].failure: secret is missing",
            ]
        )
        #expect(
            try Fixture.refusals("api:\n  keys:\n    - {}") == [
                "postback.yaml:3: api.keys[0]: name is missing", "postback.yaml:3: api.keys[0]: key is missing",
                "postback.yaml:3: api.keys[0]: role is missing",
            ]
        )
    }

    @Test(arguments: ["Job.done", "job.", ".job", "job..x", "job.*.x", "**", "job*", "", "job.x y"])
    func `a type pattern is a dotted name, a beginning or a star`(type: String) throws {
        let yaml =
            "routes:\n- name: a\n  match: {type: '\(type)'}\n  success: {url: http://x, secret: \(Hidden.secret)}"
        #expect(
            try Fixture.refusals(yaml)
                == [
                    "postback.yaml:3: routes[0].match.type: must be a type such as job.completed, a beginning such as job.*, or *"
                ]
        )
    }

    @Test(arguments: [
        ("{name: a, key: short-key, role: ops}", "key: must have 16 to 512 characters"),
        (
            "{name: a, key: 'with a space in it', role: ops}",
            "key: has characters that cannot stand in a header, or spaces"
        ),
        ("{name: a, key: \(Hidden.apiKey), role: admin}", "role: must be one of submit, ops"),
        ("{name: 'a b', key: \(Hidden.apiKey), role: ops}", "name: must be 1 to 64 characters of A-Z a-z 0-9 _ - ."),
        ("{name: a, key: \(Hidden.apiKey), role: ops, tenant: ''}", "tenant: is empty"),
        ("{name: a, key: \(Hidden.apiKey), role: ops, tenent: x}", "tenent: unknown key; did you mean tenant?"),
    ])
    func `API keys are refused with line, path and reason`(item: String, line: String) throws {
        #expect(try Fixture.refusals("api:\n  keys:\n    - \(item)") == ["postback.yaml:3: api.keys[0].\(line)"])
    }

    @Test func `names and keys of the API are unique`() throws {
        let first = "api:\n  keys:\n    - {name: a, key: \(Hidden.apiKey), role: ops}\n"
        #expect(
            try Fixture.refusals(first + "    - {name: a, key: another-key-of-ops, role: ops}")
                == ["postback.yaml:4: api.keys[1].name: is the name of another key already"]
        )
        #expect(
            try Fixture.refusals(first + "    - {name: b, key: \(Hidden.apiKey), role: ops}")
                == ["postback.yaml:4: api.keys[1].key: is the key of a already"]
        )
    }

    @Test(arguments: [
        ("jwt: true", "1: callbacks: secret is missing: without one, URLs that arrive with events cannot be called"),
        ("secret: ''", "2: callbacks.secret: is empty"),
        ("secret:", "2: callbacks.secret: has no value"),
        ("allow: 10.0.0.0/8", "2: callbacks.allow: must be a list, not a single value"),
        (
            "allow: [ok.example, 10.0.0.1/8]",
            "2: callbacks.allow[1]: is not a network such as 10.0.0.0/8 or fc00::/7 without bits behind the prefix"
        ),
        ("allow: ['*.example.com']", "2: callbacks.allow[0]: is neither a host name nor a network"),
        (
            "url: http://x",
            "2: callbacks.url: unknown key; known are secret, previous_secret, previous_secret_until, allow, headers, jwt, body, timeout, connect_timeout, retries, concurrency, rate, profile"
        ),
    ])
    func `callbacks are refused with line, path and reason`(option: String, line: String) throws {
        #expect(try Fixture.refusals("callbacks:\n  \(option)") == ["postback.yaml:\(line)"])
    }

    @Test func `all problems come at once, in the order of the file`() throws {
        let yaml = "server:\n  port: x\n" + Fixture.route("jwt: 1", "rate: x") + "events:\n  batch: x\n"
        #expect(
            try Fixture.refusals(yaml, environment: ["POSTBACK_LOG_LEVEL": "x"]) == [
                "POSTBACK_LOG_LEVEL: must be one of trace, debug, info, notice, warning, error, critical",
                "postback.yaml:2: server.port: must be a whole number from 0 to 65535",
                "postback.yaml:8: routes[0].success.jwt: must be true or false",
                "postback.yaml:9: routes[0].success.rate: must be a number of requests from 1 to 1000000 and a time: 100/s, 30/m, 500/h",
                "postback.yaml:11: events.batch: must be a whole number from 1 to 500",
            ]
        )
    }
}
