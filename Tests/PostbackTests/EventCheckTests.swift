import Deliveries
import HTTPSender
import Relay
import Testing

@testable import Postback

/// What a caller of the API is refused before its event is published.
@Suite struct EventCheckTests {
    private static func check(callbacks: Bool = true) throws -> EventCheck {
        func route(_ name: String, of tenant: String?) throws -> Route {
            let url = try DestinationURL("https://n8n.example.com/\(name)")
            let success = Destination(name: name + ".success", route: name, url: url, policy: DestinationPolicy())
            return Route(name: name, match: RouteMatch(tenant: tenant), success: success, failure: nil)
        }
        let table = RouteTable(
            routes: [try route("acme", of: "acme"), try route("shared", of: nil)],
            callbacks: callbacks ? DestinationPolicy() : nil,
            addresses: AddressPolicy()
        )
        return EventCheck(
            routing: RoutingBoard(
                RoutingSnapshot(table: table, keys: [:], callbackKeys: nil, transport: TransportOptions())
            )
        )
    }

    /// The field that is refused; `nil`: none.
    private static func refused(_ check: EventCheck, tenant: String?, _ more: (String, String)...) -> String? {
        // The API gives an event its caller's tenant.
        let fields = [("type", "job.completed"), ("data", "{}")] + (tenant.map { [("tenant", $0)] } ?? [])
        do {
            try check.check((fields + more).map { EventField($0.0, $0.1) }, tenant: tenant)
            return nil
        } catch {
            return error.field.rawValue
        }
    }

    @Test func `a tenant may name its own routes and those of all, and not another's`() throws {
        let check = try Self.check()
        #expect(Self.refused(check, tenant: "acme", ("route", "acme")) == nil)
        #expect(Self.refused(check, tenant: "bob", ("route", "acme")) == "route")
        #expect(Self.refused(check, tenant: "bob", ("route", "shared")) == nil)
        #expect(Self.refused(check, tenant: nil, ("route", "acme")) == nil)
        // A route that is not there may come: the event waits in quarantine.
        #expect(Self.refused(check, tenant: "bob", ("route", "later")) == nil)
    }

    @Test func `a tenant may not take the id of a job's own event`() throws {
        let check = try Self.check()
        let id = "0b1a7c5e-1111-4222-8333-944445555666:1"
        #expect(Self.refused(check, tenant: "bob", ("id", id)) == "id")
        #expect(Self.refused(check, tenant: "bob", ("id", "order-1")) == nil)
        // Nor that of an event that has none of its own; which it may leave to Postback itself.
        #expect(Self.refused(check, tenant: "bob", ("id", "evt_1700000000000-0")) == "id")
        #expect(Self.refused(check, tenant: "bob", ("id", "evt_1")) == nil)
        #expect(Self.refused(check, tenant: "bob") == nil)
        #expect(Self.refused(check, tenant: nil, ("id", id)) == nil)
    }

    @Test func `an event is held to the tenant that it names, whoever publishes it`() throws {
        let check = try Self.check()
        #expect(Self.refused(check, tenant: nil, ("tenant", "bob"), ("route", "acme")) == "route")
        #expect(Self.refused(check, tenant: nil, ("tenant", "acme"), ("route", "acme")) == nil)
        #expect(Self.refused(check, tenant: nil, ("tenant", "bob"), ("route", "shared")) == nil)
        #expect(Self.refused(check, tenant: nil, ("route", "acme")) == nil)
    }

    @Test func `a URL that nothing would sign is refused at once, and so is one that cannot be called`() throws {
        let url = ("callback_url", "https://n8n.example.com/x")
        #expect(Self.refused(try Self.check(), tenant: nil, url) == nil)
        #expect(Self.refused(try Self.check(callbacks: false), tenant: nil, url) == "callback_url")
        #expect(Self.refused(try Self.check(), tenant: nil, ("failure_url", "ftp://x/")) == "failure_url")
        #expect(
            Self.refused(EventCheck(routing: nil), tenant: nil, ("callback_url", "http://u:p@h/")) == "callback_url"
        )
        #expect(Self.refused(EventCheck(routing: nil), tenant: nil, url) == nil)
    }

    @Test func `a job with a URL that nothing would sign is refused`() throws {
        let url = "https://n8n.example.com/x"
        let routing = try #require(try Self.check(callbacks: false).routing)
        #expect(CallbackCheck(routing: routing).refusal(of: url)?.contains("callbacks.secret") == true)
        let with = try #require(try Self.check().routing)
        #expect(CallbackCheck(routing: with).refusal(of: url) == nil)
    }
}
