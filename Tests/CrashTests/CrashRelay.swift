import FaultPoints
import Foundation
import FoundationNetworking
import ProgramTestSupport
import ReceiverTestSupport
import RedisTestSupport

/// An installation of `postback relay` that is started, ended and started again. Every run says in a header of its requests
/// which one it is.
struct CrashRelay: Sendable {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let key = "a-key-for-the-crash-tests"

    private let directory: TemporaryDirectory
    /// The ledger's directory.
    let data: String
    private let redis: RedisTestServer

    /// - Parameter data: where the ledger is; a directory of its own when left out.
    init(redis: RedisTestServer, receiver: CrashReceiver, data: String? = nil) throws {
        directory = try TemporaryDirectory()
        self.data = data ?? directory.path + "/data"
        self.redis = redis
        try configure(receiver: receiver)
    }

    /// Writes the configuration.
    ///
    /// - Parameters:
    ///   - extra: the name of a further route.
    ///   - retries: the schedule of every destination.
    func configure(receiver: CrashReceiver, extra: String? = nil, retries: String = "1s") throws {
        let delays = Array(repeating: retries, count: 40).joined(separator: ", ")
        let options = #"secret: "\#(Self.secret)", retries: [\#(delays)], headers: { x-run: "env:CRASH_RUN" }"#
        var text = "routes:\n"
        for name in ["default"] + (extra.map { [$0] } ?? []) {
            text += """
                  - name: \(name)
                    match: { queue: "\(name)" }
                    success: { url: "\(receiver.url("/success"))", \(options) }
                    failure: { url: "\(receiver.url("/failure"))", \(options) }

                """
        }
        text += """
            callbacks: { allow: ["127.0.0.0/8"], \(options) }
            redis: { url: "\(redis.url)" }
            relay: { grace: 5s }
            api:
              keys: [{ name: ops, key: "\(Self.key)", role: ops }]

            """
        try text.write(toFile: directory.path + "/postback.yaml", atomically: true, encoding: .utf8)
    }

    /// Starts a run.
    ///
    /// - Parameters:
    ///   - run: its number.
    ///   - fault: where it is to stop.
    ///   - passage: at which passage of that step.
    func start(
        run: Int,
        fault: FaultPoint? = nil,
        passage: Int = 1,
        logLevel: String = "info",
        launcher: [String] = []
    ) throws -> Program {
        var environment = ["CRASH_RUN": "\(run)"]
        if let fault { environment["POSTBACK_FAULT_POINT"] = "\(fault.rawValue):\(passage)" }
        let arguments = ["relay", "--config", directory.path + "/postback.yaml", "--data", data, "--port", "0"]
        return try Program(
            arguments + ["--log-level", logLevel],
            environment: environment,
            launcher: launcher
        )
    }

    /// Starts a run and waits until it is up.
    func startAndWait(run: Int, fault: FaultPoint? = nil, launcher: [String] = []) async throws -> Program {
        let program = try start(run: run, fault: fault, launcher: launcher)
        try await program.waitFor("is up at")
        return program
    }

    /// The ledger as it is on the disk now.
    func snapshot() throws -> LedgerSnapshot { try LedgerSnapshot(directory: data) }

    /// Calls the API of a run that is up.
    func call(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        of program: Program
    ) async throws -> (status: Int, body: String) {
        let output = program.output
        guard let start = output.firstRange(of: "is up at "),
            let base = output[start.upperBound...].split(separator: "\n").first,
            let url = URL(string: String(base) + path)
        else { throw ProgramError(description: "no address in \(output)") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.timeoutInterval = 20
        request.setValue("Bearer \(Self.key)", forHTTPHeaderField: "authorization")
        if let body {
            request.httpBody = Data(body.utf8)
            request.setValue("application/json", forHTTPHeaderField: "content-type")
        }
        let (answer, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: answer, as: UTF8.self))
    }
}
