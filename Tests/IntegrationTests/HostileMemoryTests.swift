import Foundation
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import Testing

/// The built program in front of receivers whose answers have no end. The receivers are in this process, so that what the
/// program's own memory does can be told.
@Suite("Memory in front of receivers that flood", .serialized, .timeLimit(.minutes(10)))
struct HostileMemoryTests {
    @Test("Memory stays flat over endless answers, bombs and bodies of 100 MB")
    func flat() async throws {
        let certificates = try TestCertificates.shared()
        let floods = HostileBehaviour.all(.flood)
        let receivers = try floods.map { try HostileReceiver($0, certificates: certificates) }
        let healthy = try ScriptedReceiver()
        let installation = try Installation(
            routes: Installation.route(to: healthy.url()),
            callbacks: """
                  secret: "\(Installation.secret)"
                  allow: ["127.0.0.0/8"]
                  timeout: 1s
                  connect_timeout: 1s
                  retries: []
                sender:
                  ca_file: "\(certificates.authority)"
                """
        )
        let program = try await installation.up("--log-format", "json")
        var resident: [Int] = []
        let wished = ProcessInfo.processInfo.environment["POSTBACK_HOSTILE_ROUNDS"].flatMap { Int($0) }
        let rounds = max(5, wished ?? 5)
        for round in 1...rounds {
            for receiver in receivers {
                try await installation.xadd("type", "job.completed", "data", "{}", "callback_url", receiver.url)
            }
            try await installation.xadd("type", "job.completed", "data", "{}")
            let count = round * (receivers.count + 1)
            _ = try await AttemptLine.wait(for: count, of: program, within: .seconds(60))
            resident.append(try Self.kilobytes("VmRSS", of: program.pid))
        }
        #expect(healthy.requests.count == rounds)
        // What is made once is there after the first rounds. One body of 100 MB, or one second of trailers, would show.
        let growth = try #require(resident.last) - resident[2]
        #expect(growth < 8 * 1024, "\(resident) kB")
        let peak = try Self.kilobytes("VmHWM", of: program.pid)
        #expect(peak < resident[2] + 16 * 1024, "\(resident) kB, at most \(peak) kB")
        print("memory after each round, kB:", resident, "at most", peak)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    private static func kilobytes(_ name: String, of process: pid_t) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(name + ":") })
        return try #require(line.split { !$0.isNumber }.first.flatMap { Int($0) })
    }
}
