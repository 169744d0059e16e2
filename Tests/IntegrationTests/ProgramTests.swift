import Foundation
import Glibc
import ProgramTestSupport
import Testing

/// How tests run the program.
@Suite(.timeLimit(.minutes(1)))
struct ProgramTests {
    @Test("the end of a program is seen although what it left behind holds its output open")
    func endsWithoutOutput() async throws {
        let script = #"sleep 40 & echo "left $!"; exec "$0" "$@""#
        let program = try Program(["secret"], launcher: ["sh", "-c", script])
        let began = ContinuousClock.now
        #expect(await program.waitUntilExit() == 0)
        #expect(ContinuousClock.now - began < .seconds(20))
        #expect(program.output.contains("whsec_"))
        let words = program.output.split(whereSeparator: \.isWhitespace)
        let left = try #require(words.dropFirst().first.flatMap { pid_t($0) })
        #expect(kill(left, SIGKILL) == 0)
    }

    @Test("a wait that is cancelled kills the program and ends")
    func cancels() async throws {
        let program = try Program(["listen", "--port", "0", "--secret", Installation.secret])
        try await program.waitFor("127.0.0.1")
        let waiting = Task { await program.waitUntilExit() }
        waiting.cancel()
        #expect(await waiting.value == 128 + SIGKILL)
    }
}
