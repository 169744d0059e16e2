import Deliveries
import Testing

@testable import Settings

@Suite struct DefaultsTests {
    private func checkDefaults(_ settings: Settings) {
        #expect(settings.table.routes.isEmpty)
        #expect(settings.table.callbacks == nil)
        #expect(settings.table.addresses.allow == .empty)
        #expect(settings.keys.isEmpty)
        #expect(settings.callbackKeys == nil)
        #expect(settings.apiKeys.isEmpty)
        #expect(settings.api == APISettings())
        #expect(settings.api.publicURL == nil)
        #expect(settings.api.linkSecret == nil)
        #expect(settings.api.limits.submit == DeliveryRate("600/m"))
        #expect(settings.api.limits.status == DeliveryRate("1200/m"))
        #expect(settings.api.limits.health == DeliveryRate("60/m"))
        #expect(settings.api.limits.events == nil)
        #expect(settings.jobs == JobSettings())
        #expect(settings.jobs.capacity == 1000)
        #expect(settings.jobs.retryPauses == [.seconds(120), .seconds(240), .seconds(480)])
        #expect(settings.jobs.order == .weighted)
        #expect(settings.jobs.lease == .seconds(30))
        #expect(settings.jobs.retries == 3)
        #expect(settings.jobs.timeout == .seconds(300))
        #expect(settings.jobs.keepCompleted == .seconds(86_400))
        #expect(settings.jobs.keepFailed == .seconds(7 * 86_400))
        #expect(settings.jobs.spool == 1000)
        #expect(settings.jobs.queues.isEmpty)
        #expect(settings.events == EventSettings())
        #expect(settings.events.stream == "postback:events")
        #expect(settings.events.group == "relay")
        #expect(settings.events.batch == 500)
        #expect(settings.events.claimIdle == .seconds(60))
        #expect(settings.redis == RedisSettings())
        #expect(settings.redis.url == nil)
        #expect(settings.database.path == nil)
        #expect(settings.sender == SenderSettings())
        #expect(settings.sender.proxy == nil)
        #expect(settings.sender.noProxy.isEmpty)
        #expect(settings.sender.maxInFlight == 1024)
        #expect(settings.relay.grace == .seconds(30))
        #expect(settings.retention.delivered == .seconds(7 * 86_400))
        #expect(settings.retention.dead == .seconds(30 * 86_400))
        #expect(settings.retention.attempts == .seconds(30 * 86_400))
        #expect(settings.retention.quarantine == .seconds(30 * 86_400))
        #expect(settings.retention.jobs == .seconds(90 * 86_400))
        #expect(settings.retention.documents == .seconds(30 * 86_400))
        #expect(settings.worker.queues == ["pdf"])
        #expect(settings.worker.concurrency == 2)
        #expect(settings.worker.name == nil)
        #expect(settings.worker.grace == .seconds(30))
        #expect(settings.worker.python == nil)
        #expect(settings.worker.time == .seconds(300))
        #expect(settings.worker.memory == 1024)
        #expect(settings.worker.pages == 500)
        #expect(settings.templates.path == "templates")
        #expect(settings.storage.path == nil)
        #expect(settings.storage.linkLife == .seconds(7 * 86_400))
        #expect(settings.log.level == .info)
        #expect(settings.log.format == .text)
        #expect(settings.server.host == "127.0.0.1")
        #expect(settings.server.port == 8080)
    }

    @Test func `without a file everything has its default`() throws {
        checkDefaults(try SettingsLoader.load(file: nil, environment: [:]))
    }

    @Test(arguments: [
        "", "# nothing\n", "---\n", "{}\n", "~\n",
        "routes:\napi:\njobs:\ncallbacks:\nevents:\nredis:\ndatabase:\nsender:\nrelay:\nretention:\nworker:\ntemplates:\nstorage:\nlog:\nserver:\n",
        "routes: []\napi: {keys: []}\njobs: {queues: {}}\nsender: {no_proxy: []}\ncallbacks: {allow: []}\n",
        "api:\n  keys:\nsender:\n  no_proxy:\n",
    ])
    func `an empty file, and one whose sections are empty, is the same as none`(yaml: String) throws {
        checkDefaults(try Fixture.load(yaml))
    }

    @Test func `a destination has the contract's defaults`() throws {
        let settings = try Fixture.load(Fixture.route())
        let route = try #require(settings.table.routes.first)
        #expect(route.name == "a")
        #expect(route.match == RouteMatch())
        #expect(route.failure == nil)
        #expect(route.success.name == "a.success")
        #expect(route.success.route == "a")
        #expect(route.success.policy == DestinationPolicy())
        #expect(route.success.policy.timeout == 30_000)
        #expect(route.success.policy.connectTimeout == 5000)
        #expect(route.success.policy.concurrency == 32)
        #expect(route.success.policy.rate == nil)
        #expect(route.success.policy.retries == .standard)
    }

    @Test func `variables of others and empty ones change nothing`() throws {
        let environment = [
            "PATH": "/bin", "REDIS_URL": "", "POSTBACK_EVENTS_BATCH": "", "POSTBACK_CONFIG": "x", "EVENTS_BATCH": "3",
        ]
        checkDefaults(try SettingsLoader.load(file: nil, environment: environment))
    }
}
