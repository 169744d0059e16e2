import Logging
import Synchronization
import Telemetry
import Testing

@Suite struct LineLogHandlerTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private func write(_ format: LogFormat, _ body: (Logger) -> Void) -> [String] {
        let lines = Lines()
        body(
            Logger(label: "test") { label in
                LineLogHandler(label: label, level: .info, format: format) { line in
                    lines.all.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
                }
            }
        )
        return lines.all.withLock { $0 }
    }

    @Test("A line of text has the level, the message and the pairs in order")
    func writesText() throws {
        let line = try #require(
            write(.text) {
                $0.warning("Attempt", metadata: Logger.Metadata([.outcome: "retry", .delivery: "dlv_1", .error: nil]))
            }.first
        )
        #expect(line.hasSuffix(" warning Attempt delivery=dlv_1 outcome=retry\n"))
    }

    @Test("A line of JSON has numbers as numbers")
    func writesJSON() throws {
        let line = try #require(
            write(.json) { $0.info("Attempt", metadata: Logger.Metadata([.attempt: .stringConvertible(3)])) }.first
        )
        #expect(line.hasPrefix(#"{"time":""#))
        #expect(line.hasSuffix(#","level":"info","message":"Attempt","attempt":3}"# + "\n"))
    }

    @Test("Nothing that is logged can forge a line", arguments: LogFormat.allCases)
    func staysOnOneLine(format: LogFormat) throws {
        let lines = write(format) {
            $0.info("x", metadata: Logger.Metadata([.error: "a\n2024-01-01 info forged\u{1B}[31m\"\r"]))
        }
        #expect(lines.count == 1)
        #expect(lines.first?.filter { $0 == "\n" }.count == 1)
        #expect(lines.first?.contains("\u{1B}") == false)
    }

    @Test("What is below the level is not written")
    func keepsLevel() {
        #expect(write(.text) { $0.debug("quiet") }.isEmpty)
    }
}
