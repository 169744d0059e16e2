import InMemoryLogging
import Logging
import Synchronization
import Telemetry
import Testing

@Suite("Lines that are written together")
struct LogBatchTests {
    private final class Written: Sendable {
        let blocks = Mutex<[String]>([])
    }

    private func logger(_ format: LogFormat, _ written: Written, level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { label in
            LineLogHandler(label: label, level: level, format: format) { bytes in
                written.blocks.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
            }
        }
    }

    /// What a line says behind its time.
    private func withoutTime(_ line: String, _ format: LogFormat) -> Substring {
        line.dropFirst(format == .text ? 24 : #"{"time":""#.count + 24)
    }

    @Test("look like those that go through the logger", arguments: LogFormat.allCases)
    func looksTheSame(format: LogFormat) throws {
        let one = Written()
        let other = Written()
        logger(format, one).warning(
            "Attempt",
            metadata: Logger.Metadata([
                .ageMilliseconds: .stringConvertible(Int64(12)), .attempt: .stringConvertible(3),
                .error: "said \"no\"\nand more", .event: "", .statusCode: nil,
                .totalMilliseconds: .stringConvertible(0.219), .type: "job.failed",
            ])
        )
        var batch = LogBatch(logger(format, other))
        batch.add(.warning, "Attempt") { line in
            line.add(.ageMilliseconds, Int64(12))
            line.add(.attempt, 3)
            line.add(.error, "said \"no\"\nand more")
            line.add(.event, "")
            line.add(.statusCode, Int?.none)
            line.add(.totalMilliseconds, 0.219)
            line.add(.type, "job.failed")
        }
        batch.write()
        let expected = try #require(one.blocks.withLock { $0.first })
        let seen = try #require(other.blocks.withLock { $0.first })
        #expect(withoutTime(seen, format) == withoutTime(expected, format))
    }

    @Test("leave in one block, in order, and only when they are written")
    func leavesInOneBlock() {
        let written = Written()
        var batch = LogBatch(logger(.text, written))
        for number in 1...3 { batch.add(.info, "Attempt") { $0.add(.attempt, number) } }
        #expect(written.blocks.withLock { $0.isEmpty })
        batch.write()
        let blocks = written.blocks.withLock { $0 }
        #expect(blocks.count == 1)
        let ends = blocks.first?.split(separator: "\n").map { $0.suffix(9) }
        #expect(ends == ["attempt=1", "attempt=2", "attempt=3"])
    }

    @Test("below the level are not written, and not made")
    func keepsLevel() {
        let written = Written()
        var batch = LogBatch(logger(.text, written, level: .warning))
        batch.add(.info, "Attempt") { _ in Issue.record("made a line that nobody wants") }
        batch.write()
        #expect(written.blocks.withLock { $0.isEmpty })
    }

    @Test("reach another back end through the logger")
    func reachesOtherBackEnds() throws {
        let handler = InMemoryLogHandler()
        var batch = LogBatch(Logger(label: "test") { _ in handler })
        batch.add(.info, "Attempt") { $0.add(.outcome, "delivered") }
        batch.write()
        let entry = try #require(handler.entries.first)
        #expect(entry.message == "Attempt")
        #expect(entry.metadata["outcome"] == "delivered")
    }
}
