import Foundation
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import Testing

/// `postback doctor` beside a running system.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DoctorTests {
    @Test(
        "A system that works has no problems; a paused queue with jobs and a stopped destination are two, each with what to do"
    )
    func problems() async throws {
        let receiver = try ScriptedReceiver { _ in .status(410) }
        let installation = try Installation(routes: Installation.route(to: receiver.url("/done")))
        let program = try await installation.up()
        let well = try await installation.run("doctor")
        #expect(well.code == 0, "\(well.output)")
        #expect(well.output.contains("ok       redis: connected"))
        #expect(well.output.contains("problems: 0, "))

        #expect(try await installation.run("queues", "pause", "pdf").code == 0)
        _ = try await installation.submitted(["--product", "invoice", "--code", "D-1", "--data", "{}"])
        try await installation.xadd("type", "job.completed", "data", "{}")
        _ = try await receiver.waitForRequests(1)
        try await installation.xadd("type", "job.completed", "data", #"{"a":1}"#)
        try await installation.xadd("type", "job.completed", "data", "nothing")
        var ill = try await installation.run("doctor")
        // What was published is looked at a moment later.
        while !ill.output.contains("gone (the receiver answered 410 Gone), 1 waiting")
            || !ill.output.contains("quarantine: 1 entries")
        {
            ill = try await installation.run("doctor")
        }
        #expect(ill.code == 1)
        #expect(ill.output.contains("problem  queue pdf: paused, 1 waiting\n         → postback queues resume pdf"))
        #expect(ill.output.contains("problem  destination default.success: gone"))
        #expect(ill.output.contains("warning  deliveries: 1 died, of those received in the last 7 days"))
        let json = try await installation.run("doctor", "--json")
        #expect(json.code == 1)
        let levels = try json.output.split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        }
        #expect(levels.count { $0?["level"] as? String == "problem" } == 2)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
        #expect(try await installation.run("doctor").code == 69)
    }
}
