import Settings
import Testing

@Suite struct VariableCheckTests {
    private func warnings(_ environment: [String: String], _ yaml: String = "") throws -> [String] {
        try Fixture.load(yaml, environment: environment).ignoredVariables.map(\.description)
    }

    @Test func `a misspelt variable is named with the one that was meant, and its value is not shown`() throws {
        let warnings = try warnings([
            "POSTBACK_EVENTS_BACTH": "hunter2", "POSTBACK_LOGLEVEL": "hunter2", "POSTBACK_CONFG": "hunter2",
            "POSTBACK_EVENTS_BATCH": "20",
        ])
        #expect(
            warnings == [
                "POSTBACK_CONFG: is no setting and is ignored; is POSTBACK_CONFIG meant?",
                "POSTBACK_EVENTS_BACTH: is no setting and is ignored; is POSTBACK_EVENTS_BATCH meant?",
                "POSTBACK_LOGLEVEL: is no setting and is ignored; is POSTBACK_LOG_LEVEL meant?",
            ]
        )
    }

    @Test func `the name that the option has is not that of the variable`() throws {
        #expect(
            try warnings(["POSTBACK_DATA_DIR": "/x"])
                == ["POSTBACK_DATA_DIR: is no setting and is ignored; is POSTBACK_DATA meant?"]
        )
    }

    @Test func `the parts of an address of Redis are named, unless the address is given`() throws {
        #expect(
            try warnings(["REDIS_HOST": "redis", "REDIS_PORT": "6379", "REDIS_PASSWORD": "hunter2"]) == [
                "REDIS_HOST: is no setting and is ignored; REDIS_URL=redis://HOST:PORT/DB is read",
                "REDIS_PASSWORD: is no setting and is ignored; REDIS_URL=redis://HOST:PORT/DB is read",
            ]
        )
        #expect(try warnings(["REDIS_HOST": "redis", "REDIS_URL": "redis://redis:6379/1"]) == [])
    }

    @Test func `a variable for what can stand in the file only is named`() throws {
        #expect(
            try warnings(["POSTBACK_API_KEYS": "hunter2", "POSTBACK_ROUTES": "x"]) == [
                "POSTBACK_API_KEYS: is ignored: api.keys can stand in the file only",
                "POSTBACK_ROUTES: is ignored: routes can stand in the file only",
            ]
        )
    }

    @Test(arguments: [
        // Of the commands, of debug builds, and of the tests.
        "POSTBACK_CONFIG", "POSTBACK_DATA", "POSTBACK_URL", "POSTBACK_API_KEY", "POSTBACK_SECRET",
        "POSTBACK_FAULT_POINT", "POSTBACK_TEST_KEEP", "POSTBACK_TEST_PYTHON", "POSTBACK_CRASH_KILLS",
        "POSTBACK_CRASH_SEED", "POSTBACK_HOSTILE_ROUNDS", "POSTBACK_QUEUE_SEED", "POSTBACK_QUEUE_WALKS",
        "POSTBACK_SIMULATION_WORLDS",
        // Of Kubernetes, for services with the names postback, postback-redis and postback-worker.
        "POSTBACK_SERVICE_HOST", "POSTBACK_SERVICE_PORT", "POSTBACK_PORT_8080_TCP", "POSTBACK_PORT_8080_TCP_ADDR",
        "POSTBACK_REDIS_SERVICE_HOST", "POSTBACK_REDIS_PORT", "POSTBACK_REDIS_PORT_6379_TCP",
        "POSTBACK_WORKER_SERVICE_PORT",
        // Of others.
        "POSTBACK_VERSION", "POSTBACK_HOME", "POSTBACK_", "OTHER_EVENTS_BACTH",
    ])
    func `a variable that is no misspelt setting is no warning`(name: String) throws {
        #expect(try warnings([name: "x"]) == [])
    }

    @Test func `a variable that the file names is one of the file's own, however it is called`() throws {
        let yaml = "callbacks: {secret: 'env:POSTBACK_CALLBACK_SECRET'}"
        #expect(try warnings(["POSTBACK_CALLBACK_SECRET": Hidden.secret], yaml) == [])
        #expect(try warnings(["POSTBACK_CALLBACK_SECRET": Hidden.secret]).count == 1)
    }

    @Test func `an empty variable is one that is not set`() throws {
        #expect(try warnings(["POSTBACK_EVENTS_BACTH": ""]) == [])
    }
}
