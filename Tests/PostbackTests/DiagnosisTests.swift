import Foundation
import Testing

@testable import Postback

@Suite struct DiagnosisTests {
    private static func json(_ text: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    /// A system that is well, and what a test changes in it.
    private static func diagnosis(_ change: (inout Examination) throws -> Void = { _ in }) throws -> Diagnosis {
        var examination = Examination(address: "http://127.0.0.1:8080")
        examination.key = try json(#"{"name":"ops","role":"ops","tenant":null}"#)
        examination.readiness = try json(
            #"{"status":"ok","redis_connected":true,"database_connected":true,"relay":"running","reasons":[]}"#
        )
        examination.health = try health(queue: "")
        examination.products = [try json(#"{"id":"invoice"}"#), try json(#"{"id":"report"}"#)]
        examination.destinations = [try destination("")]
        (examination.deadDeliveries, examination.failedJobs, examination.quarantined) = (0, 0, 0)
        try change(&examination)
        return Diagnosis(examination)
    }

    /// - Parameter queue: members besides the name, each with a comma behind it.
    private static func health(queue: String, workers: String = #"[{"name":"w","state":"busy"}]"#) throws -> JSONValue {
        try json(
            #"{"workers_active":1,"workers":\#(workers),"queues":[{\#(queue)"name":"pdf","waiting":0,"active":1,"delayed":2,"workers":1}]}"#
        )
    }

    /// - Parameter members: members that go before those of a destination that is well.
    private static func destination(_ members: String) throws -> JSONValue {
        try json(#"{\#(members)"name":"default.success"}"#).merged(
            with: try json(#"{"configured":true,"health":"healthy","reason":null,"statistics":null}"#)
        )
    }

    private static func trouble(_ diagnosis: Diagnosis) -> [Finding] { diagnosis.findings.filter { $0.level != .ok } }

    @Test func `a system that is well has nothing but good findings`() throws {
        let diagnosis = try Self.diagnosis()
        #expect(Self.trouble(diagnosis) == [])
        #expect(
            diagnosis.findings.map { "\($0.subject): \($0.text)" } == [
                "api: answers at http://127.0.0.1:8080, key ops sees everything",
                "redis: connected, the stream is read and jobs are taken", "ledger: takes records", "relay: running",
                "workers: 1 alive, 1 busy", "queue pdf: 0 waiting, 1 running, 2 for later",
                "products: invoice, report", "destinations: 1 healthy",
                "deliveries: none died, of those received in the last 7 days",
                "jobs: none failed, of those submitted in the last 7 days",
                "quarantine: empty",
            ]
        )
    }

    @Test func `a key that cannot see much is told, and what it cannot see is left out`() throws {
        let diagnosis = try Self.diagnosis { examination in
            examination.key = try Self.json(#"{"name":"n8n","role":"submit","tenant":"acme"}"#)
            examination.health = try Self.json("{}")
            (examination.destinations, examination.deadDeliveries, examination.failedJobs) = (nil, nil, nil)
            examination.quarantined = nil
        }
        #expect(Self.trouble(diagnosis).map(\.subject) == ["api"])
        #expect(diagnosis.findings.first?.text.contains("tenant acme") == true)
    }

    @Test func `parts that cannot be used are problems, with the reasons that the system gives`() throws {
        let diagnosis = try Self.diagnosis { examination in
            examination.readiness = try Self.json(
                #"{"redis_connected":false,"database_connected":false,"relay":"stopped","#
                    + #""reasons":["stream: NOAUTH","jobs: NOPERM","ledger: the disk is full"]}"#
            )
        }
        #expect(
            Self.trouble(diagnosis).map { "\($0.level) \($0.subject): \($0.text)" } == [
                "problem redis: cannot be used; stream: NOAUTH; jobs: NOPERM",
                "problem ledger: cannot be used; ledger: the disk is full", "problem relay: not running",
            ]
        )
    }

    @Test(arguments: [
        (#""paused":true,"waiting":3,"#, Finding.Level.problem, "paused, 3 waiting"),
        (#""paused":true,"#, .warning, "paused, 0 waiting"),
        (#""waiting":2,"workers":0,"#, .problem, "2 waiting, and no worker takes from it"),
        (#""waiting":9,"oldest_age_seconds":7200,"#, .warning, "9 waiting, one of them for 2 h"),
    ])
    func `a queue whose jobs do not go on says why and what to do`(
        members: String,
        level: Finding.Level,
        text: String
    ) throws {
        let diagnosis = try Self.diagnosis { examination in
            let queue = try Self.json(#"{\#(members)"name":"pdf"}"#)
                .merged(with: try Self.json(#"{"paused":false,"waiting":0,"workers":1,"oldest_age_seconds":null}"#))
            examination.health = .object([
                ("workers_active", .number(1)), ("workers", .array([.object([("state", .string("idle"))])])),
                ("queues", .array([queue])),
            ])
        }
        let finding = try #require(Self.trouble(diagnosis).first)
        #expect(Self.trouble(diagnosis).count == 1)
        #expect(finding.subject == "queue pdf" && finding.level == level && finding.text == text)
        #expect(finding.advice?.isEmpty == false)
    }

    @Test func `while Redis is away nothing is said of workers and queues`() throws {
        let diagnosis = try Self.diagnosis { examination in
            examination.health = try Self.json(#"{"workers_active":null,"workers":[],"queues":[]}"#)
        }
        #expect(Self.trouble(diagnosis) == [])
        #expect(!diagnosis.findings.contains { $0.subject == "workers" })
    }

    @Test func `without workers no document is made`() throws {
        let diagnosis = try Self.diagnosis { $0.health = try Self.health(queue: "", workers: "[]") }
        #expect(Self.trouble(diagnosis).map(\.subject) == ["workers"])
        let none = try Self.diagnosis { $0.products = [] }
        #expect(Self.trouble(none).map(\.subject) == ["products"])
    }

    @Test(arguments: [
        (
            #""health":"suspended","reason":"10 failures in a row","next_probe_at":"T","statistics":{"pending":4},"#,
            Finding.Level.problem, "suspended (10 failures in a row), 4 waiting; it is tried again at T"
        ),
        (#""health":"gone","reason":"410","statistics":{"pending":1},"#, .problem, "gone (410), 1 waiting"),
        (#""health":"paused","reason":"paused by ann","#, .warning, "paused (paused by ann)"),
        (#""configured":false,"statistics":{"pending":1},"#, .problem, "in no route any more, 1 waiting"),
        (
            #""statistics":{"pending":0,"recent_attempts":100,"recent_delivered":49},"#, .warning,
            "took 49 of 100 attempts in a day"
        ),
    ])
    func `a destination that does not take its deliveries says why`(
        members: String,
        level: Finding.Level,
        text: String
    ) throws {
        let diagnosis = try Self.diagnosis { $0.destinations = [try Self.destination(members)] }
        let finding = try #require(Self.trouble(diagnosis).first)
        #expect(Self.trouble(diagnosis).count == 1)
        #expect(finding.subject == "destination default.success" && finding.level == level && finding.text == text)
        #expect(finding.advice?.isEmpty == false)
    }

    @Test(arguments: [
        #""statistics":{"recent_attempts":9,"recent_delivered":0},"#,
        #""statistics":{"recent_attempts":100,"recent_delivered":50},"#, #""configured":false,"#,
    ])
    func `a destination of which little is known, or that has nothing to do, is no trouble`(members: String) throws {
        #expect(Self.trouble(try Self.diagnosis { $0.destinations = [try Self.destination(members)] }) == [])
    }

    @Test func `what died, failed and was set aside is left for people`() throws {
        let diagnosis = try Self.diagnosis { examination in
            (examination.deadDeliveries, examination.failedJobs, examination.quarantined) = (1, 2, 200)
        }
        #expect(
            Self.trouble(diagnosis).map { "\($0.level) \($0.subject): \($0.text)" } == [
                "warning deliveries: 1 died, of those received in the last 7 days",
                "warning jobs: 2 failed, of those submitted in the last 7 days",
                "warning quarantine: 200 or more entries could not be used",
            ]
        )
    }
}

extension JSONValue {
    /// An object with the members of another where it has none of that name.
    fileprivate func merged(with other: JSONValue) -> JSONValue {
        guard case .object(let own) = self, case .object(let more) = other else { return self }
        return .object(own.merging(more) { own, _ in own })
    }
}
