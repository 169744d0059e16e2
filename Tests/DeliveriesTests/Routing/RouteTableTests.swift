import Testing

@testable import Deliveries

@Suite("The route table")
struct RouteTableTests {
    private func destination(_ name: String) throws -> Destination {
        Destination(
            name: name,
            route: name,
            url: try DestinationURL("https://\(name).example/"),
            policy: DestinationPolicy()
        )
    }

    private func route(_ name: String, _ match: RouteMatch = RouteMatch(), hasFailure: Bool = true) throws -> Route {
        Route(
            name: name,
            match: match,
            success: try destination(name + ".success"),
            failure: hasFailure ? try destination(name + ".failure") : nil
        )
    }

    private func table(_ routes: [Route], callbacks: DestinationPolicy? = DestinationPolicy()) -> RouteTable {
        RouteTable(routes: routes, callbacks: callbacks, addresses: AddressPolicy())
    }

    @Test("sends an event to its own URL, before any route")
    func ownURLFirst() throws {
        let policy = DestinationPolicy(concurrency: 3)
        let table = table([try route("named"), try route("default")], callbacks: policy)
        let event = try Event.sample(callbackURL: "https://n8n.example/hook?signature=T/s", route: "named")
        let destination = try table.destination(for: event)
        #expect(destination.url.text == "https://n8n.example/hook?signature=T/s")
        #expect(destination.route == nil)
        #expect(destination.policy == policy)
        #expect(destination.name.hasPrefix("callback-n8n.example-"))
    }

    @Test("sends an event to the route it names, though others match")
    func namedRoute() throws {
        let table = table([try route("first"), try route("named", RouteMatch(type: "other.*")), try route("default")])
        #expect(try table.destination(for: .sample(route: "named")).name == "named.success")
        #expect(try table.destination(for: .sample(type: "job.failed", route: "named")).name == "named.failure")
        #expect(try table.destination(for: .sample(route: "default")).name == "default.success")
    }

    @Test("sends an event to the first route that takes it, and to default only when none does")
    func firstMatch() throws {
        let table = table([
            try route("default", RouteMatch(type: "never")), try route("a", RouteMatch(productID: "a")),
            try route("jobs", RouteMatch(type: "job.*")), try route("alsoJobs", RouteMatch(type: "job.*")),
        ])
        #expect(try table.destination(for: .sample(productID: "a")).name == "a.success")
        #expect(try table.destination(for: .sample(productID: "b")).name == "jobs.success")
        #expect(try table.destination(for: .sample(type: "mail.sent")).name == "default.success")
    }

    @Test("sends no tenant's event to a route of another, by name, by match or as the last resort")
    func tenants() throws {
        let acme = try route("acme", RouteMatch(tenant: "acme"))
        let last = try route("default", RouteMatch(tenant: "acme"))
        let table = table([acme, last, try route("shared", RouteMatch(type: "shared.*"))])
        func name(_ event: Event) -> String? { try? table.destination(for: event).name }
        #expect(try name(.sample(tenant: "acme", route: "acme")) == "acme.success")
        #expect(try name(.sample(tenant: "bob", route: "acme")) == nil)
        #expect(try name(.sample(tenant: "bob", route: "shared")) == "shared.success")
        #expect(try name(.sample(tenant: "bob")) == nil)
        #expect(try name(.sample(tenant: "acme")) == "acme.success")
        // Who names no tenant may put anything on the stream.
        #expect(try name(.sample(route: "acme")) == "acme.success")
        #expect(try name(.sample()) == "default.success")
        // Two spellings of one letter are two tenants, as they are for keys.
        let spelt = RouteMatch(tenant: "caf\u{E9}")
        #expect(try !spelt.takes(.sample(tenant: "cafe\u{301}")) && !spelt.maySend(for: "cafe\u{301}"))
    }

    @Test("sends failures where successes go when there is no other place")
    func failures() throws {
        let table = table([try route("one", RouteMatch(tenant: "one"), hasFailure: false), try route("two")])
        #expect(try table.destination(for: .sample(type: "job.failed", tenant: "one")).name == "one.success")
        #expect(try table.destination(for: .sample(type: "job.cancelled")).name == "two.failure")
        #expect(try table.destination(for: .sample(type: "job.completed")).name == "two.success")
        #expect(table.destinations.map(\.name) == ["one.success", "two.success", "two.failure"])
    }

    @Test(
        "matches types by name or by how they begin",
        arguments: [
            ("job.*", "job.completed", true), ("job.*", "job.pdf.done", true), ("job.*", "job", false),
            ("job.*", "job.", false),
            ("job.*", "jobs.completed", false), ("*", "anything", true), ("job.completed", "job.completed", true),
            ("job.completed", "job.completed.x", false), ("job.completed", "job.complete", false),
            ("job*", "job.completed", false),
            ("job.pdf.*", "job.completed", false),
        ]
    )
    func patterns(pattern: String, type: String, matches: Bool) throws {
        #expect(RouteMatch.type(type, matches: pattern) == matches)
        #expect(RouteMatch(type: pattern).takes(try .sample(type: type)) == matches)
    }

    @Test("takes an event only when every criterion holds")
    func criteria() throws {
        let match = RouteMatch(type: "job.*", productID: "p", tenant: "t", queue: "q")
        #expect(match.takes(try .sample(productID: "p", queue: "q", tenant: "t")))
        #expect(!match.takes(try .sample(productID: "x", queue: "q", tenant: "t")))
        #expect(!match.takes(try .sample(productID: "p", queue: nil, tenant: "t")))
        #expect(!match.takes(try .sample(productID: "p", queue: "q", tenant: "T")))
        #expect(!match.takes(try .sample(type: "mail.sent", productID: "p", queue: "q", tenant: "t")))
        #expect(RouteMatch().takes(try .sample()))
    }

    @Test("says why an event has no destination")
    func refusals() throws {
        func refusal(_ table: RouteTable, _ event: Event) -> EventRefusal? {
            #expect(throws: EventRefusal.self) { try table.destination(for: event) }
        }
        let table = table([try route("mail", RouteMatch(type: "mail.*"))], callbacks: nil)
        #expect(
            refusal(table, try .sample())?.description
                == "destination: no route takes this event, and it carries no callback_url"
        )
        #expect(refusal(table, try .sample(route: "nowhere"))?.description == #"route: no route is named "nowhere""#)
        #expect(
            refusal(table, try .sample(callbackURL: "https://a.example/"))?.description
                == "callback_url: URLs that arrive with an event need callbacks.secret, which is not configured"
        )
        let open = self.table([])
        #expect(refusal(open, try .sample(callbackURL: "ftp://a.example/"))?.field == .callbackURL)
        #expect(refusal(open, try .sample(type: "job.failed", failureURL: "nonsense"))?.field == .failureURL)
    }

    @Test("takes the first of a name that is given twice")
    func repeatedName() throws {
        let table = table([try route("a", RouteMatch(type: "x")), try route("a", hasFailure: false)])
        #expect(table.route(named: "a")?.match.type == "x")
        #expect(table.route(named: "b") == nil)
    }

    @Test("names a URL's destination by all but its query, which changes with every n8n execution's token")
    func callbackNames() throws {
        func name(_ url: String) throws -> String { RouteTable.callbackName(try DestinationURL(url)) }
        let one = try name("https://n8n.example/webhook-waiting/1?signature=a")
        #expect(one == (try name("https://n8n.example/webhook-waiting/1?signature=b")))
        #expect(one != (try name("https://n8n.example/webhook-waiting/2?signature=a")))
        #expect(one != (try name("http://n8n.example/webhook-waiting/1?signature=a")))
        #expect(one.wholeMatch(of: #/callback-n8n\.example-[0-9a-f]{16}/#) != nil)
        #expect(!one.contains("webhook-waiting"))
    }
}
