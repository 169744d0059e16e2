import Deliveries
import Signing
import Testing

@testable import Settings

@Suite struct EnvironmentTests {
    @Test func `a variable counts before the file, and the file before the default`() throws {
        let yaml = "events: {batch: 10, group: from-file}\nserver: {port: 1}\n"
        let settings = try Fixture.load(yaml, environment: ["POSTBACK_EVENTS_BATCH": "20", "POSTBACK_PORT": "2"])
        #expect(settings.events.batch == 20)
        #expect(settings.events.group == "from-file")
        #expect(settings.events.stream == "postback:events")
        #expect(settings.server.port == 2)
    }

    @Test func `every section can be set from the environment`() throws {
        let settings = try SettingsLoader.load(
            file: nil,
            environment: [
                "POSTBACK_EVENTS_STREAM": "s", "POSTBACK_EVENTS_CLAIM_IDLE": "2m", "REDIS_URL": "redis://:hunter2@r:1",
                "POSTBACK_REDIS_SERVER_NAME": "r.internal", "DATABASE_URL": "sqlite:/var/lib/x.db",
                "POSTBACK_SENDER_PROXY": "http://p:1", "POSTBACK_SENDER_NO_PROXY": "a, .b,10.0.0.0/8",
                "POSTBACK_SENDER_MAX_IN_FLIGHT": "7", "POSTBACK_RELAY_GRACE": "1s", "POSTBACK_RETENTION_DEAD": "90d",
                "POSTBACK_LOG_LEVEL": "debug", "POSTBACK_LOG_FORMAT": "json", "POSTBACK_HOST": "0.0.0.0",
                "POSTBACK_CALLBACKS_SECRET": Hidden.secret, "POSTBACK_CALLBACKS_ALLOW": "n8n.internal,10.0.0.0/8",
                "POSTBACK_CALLBACKS_RETRIES": "1s,2s", "POSTBACK_CALLBACKS_JWT": "true",
            ]
        )
        #expect(settings.events.stream == "s")
        #expect(settings.events.claimIdle == .seconds(120))
        #expect(settings.redis.url == "redis://:hunter2@r:1")
        #expect(settings.redis.serverName == "r.internal")
        #expect(settings.database.path == "/var/lib/x.db")
        #expect(settings.sender.proxy == "http://p:1")
        #expect(settings.sender.noProxy == ["a", ".b", "10.0.0.0/8"])
        #expect(settings.sender.maxInFlight == 7)
        #expect(settings.relay.grace == .seconds(1))
        #expect(settings.retention.dead == .days(90))
        #expect(settings.log == LogSettings(level: .debug, format: .json))
        #expect(settings.server.host == "0.0.0.0")
        #expect(settings.callbackKeys?.current == (try Secret(Hidden.secret)))
        #expect(settings.table.callbacks?.retries.delays == [1000, 2000])
        #expect(settings.table.callbacks?.jwt == true)
        #expect(settings.table.addresses.allow.names(host: "n8n.internal"))
    }

    @Test func `every key of a section has a variable that reaches it`() throws {
        for schema in SettingsSchema.sections {
            for (key, shape) in schema.keys where shape != .fields {
                for variable in SettingsSchema.variables(for: schema.section, key) {
                    // A line break is wrong everywhere, so that reaching the setting shows.
                    let lines = try Fixture.refusals("", environment: [variable: "\n"])
                    #expect(lines.contains { $0.hasPrefix("\(variable): ") }, "\(variable): \(lines)")
                }
            }
        }
    }

    @Test func `Postback's own variable counts before the ecosystem's`() throws {
        let environment = ["POSTBACK_REDIS_URL": "redis://own", "REDIS_URL": "redis://other"]
        #expect(try SettingsLoader.load(file: nil, environment: environment).redis.url == "redis://own")
    }

    @Test(arguments: [
        ("POSTBACK_EVENTS_BATCH", "0", "must be a whole number from 1 to 500"),
        ("POSTBACK_PORT", "tcp://10.0.0.1:8080", "must be a whole number from 0 to 65535"),
        (
            "DATABASE_URL", "postgres://u:hunter2@h/d",
            "this version keeps its ledger in SQLite only: sqlite:PATH, or leave it out"
        ),
        ("POSTBACK_CALLBACKS_SECRET", "hunter2", "the secret does not begin with whsec_"),
        ("POSTBACK_CALLBACKS_ALLOW", "ok,*", "is neither a host name nor a network"),
    ])
    func `a variable that is wrong is named, without a file`(variable: String, value: String, reason: String) throws {
        #expect(try Fixture.refusals("", environment: [variable: value]) == ["\(variable): \(reason)"])
    }

    @Test func `a wrong value in the file does not matter when a variable replaces it`() throws {
        #expect(try Fixture.load("events: {batch: x}", environment: ["POSTBACK_EVENTS_BATCH": "5"]).events.batch == 5)
    }

    @Test(arguments: [
        ("sqlite:x.db", "x.db"), ("sqlite:/a/x.db", "/a/x.db"), ("sqlite:///a/x.db", "/a/x.db"),
        ("sqlite:./x y.db", "./x y.db"),
    ])
    func `the ledger's path is what follows sqlite:`(url: String, path: String) throws {
        #expect(try SettingsLoader.load(file: nil, environment: ["DATABASE_URL": url]).database.path == path)
    }
}
