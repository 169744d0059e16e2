import ArgumentParser
import Deliveries
import Signing

/// `postback listen`: a local receiver that verifies and prints each callback.
struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Receives callbacks on this machine, verifies them and prints each.",
        discussion: "Ends with Ctrl-C, or after --count callbacks. It takes any path."
    )

    @Option(help: "Address to listen on.")
    var host: String = "127.0.0.1"
    @Option(help: "Port to listen on.")
    var port: Int = 9000
    @Option(help: "The secret to verify with (whsec_…), or env:NAME or file:PATH. Without one nothing is verified.")
    var secret: String?
    @Option(parsing: .unconditional, help: "Status to answer with.")
    var status: Int = 200
    @Option(help: "How long to wait before answering, such as 500ms or 2s.")
    var delay: String?
    @Option(parsing: .unconditional, help: "End after so many callbacks.")
    var count: Int?
    @Flag(help: "Print JSON, one callback a line.")
    var json = false

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port: \(port) is not a port from 0 to 65535")
        }
        guard (200...599).contains(status) else { throw ValidationError("--status: \(status) is not from 200 to 599") }
        if let delay, Self.duration(delay) == nil { throw ValidationError("--delay: \(delay) is not like 500ms or 2s") }
        if let count, count < 1 { throw ValidationError("--count: \(count) is not positive") }
    }

    func run() async throws {
        let given = CommonOptions.value(secret, "POSTBACK_SECRET")
        let verifier = try given.map { SignatureVerifier(secrets: [try SecretSource.read($0)]) }
        let receiver = CallbackReceiver(
            host: host,
            port: port,
            status: status,
            delay: delay.flatMap(Self.duration),
            verifier: verifier,
            limit: count,
            json: json
        )
        try await receiver.run()
    }

    private static func duration(_ text: String) -> Duration? {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60)]
        for (unit, seconds) in units where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), number >= 0, number <= 3600 else { continue }
            return .seconds(number * seconds)
        }
        return nil
    }
}
