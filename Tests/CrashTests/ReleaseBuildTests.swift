import Foundation
import ProgramTestSupport
import ReceiverTestSupport
import Testing

/// What stops the process at a named step is in debug builds alone.
@Suite("In a release build")
struct ReleaseBuildTests {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// Only what looks for it knows this name.
    private static let variable = Data("POSTBACK_FAULT_POINT".utf8)

    @Test("The condition is set for debug builds, and nowhere else")
    func isConditional() throws {
        let manifest = try String(contentsOf: Self.package.appendingPathComponent("Package.swift"), encoding: .utf8)
        #expect(manifest.components(separatedBy: "FAULT_POINTS").count == 2)
        #expect(manifest.contains(#".define("FAULT_POINTS", .when(configuration: .debug))"#))
    }

    @Test("Without the condition nothing is compiled that could stop the process", arguments: [false, true])
    func compilesToNothing(hasCondition: Bool) throws {
        let directory = try TemporaryDirectory()
        let sources = Self.package.appendingPathComponent("Sources/FaultPoints")
        let files = try FileManager.default.contentsOfDirectory(atPath: sources.path).map { "\(sources.path)/\($0)" }
        let object = directory.path + "/FaultPoints.o"
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments =
            ["swiftc", "-O", "-wmo", "-parse-as-library", "-package-name", "postback", "-c", "-o", object]
            + (hasCondition ? ["-D", "FAULT_POINTS"] : []) + files
        try compiler.run()
        compiler.waitUntilExit()
        #expect(compiler.terminationStatus == 0)
        let code = try Data(contentsOf: URL(fileURLWithPath: object))
        #expect((code.range(of: Self.variable) != nil) == hasCondition)
    }

    @Test("The built programs have it and have it not")
    func programs() throws {
        let debug = URL(fileURLWithPath: Program.path)
        #expect(try Data(contentsOf: debug, options: .alwaysMapped).range(of: Self.variable) != nil)
        // There only where somebody has built it.
        let release = debug.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "release/postback"
        )
        guard let code = try? Data(contentsOf: release, options: .alwaysMapped) else { return }
        #expect(code.range(of: Self.variable) == nil)
    }
}
