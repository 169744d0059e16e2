import ArgumentParser

/// Where the HTTP API listens.
struct ServerOptions: ParsableArguments {
    @Option(help: "Address to listen on (POSTBACK_HOST; default 127.0.0.1).")
    var host: String?

    @Option(help: "Port to listen on, 0 for any free one (POSTBACK_PORT; default 8080).")
    var port: String?

    var hostValue: String? { CommonOptions.value(host, "POSTBACK_HOST") }

    /// - Throws: when the port is no port.
    func portValue() throws -> Int? {
        guard let text = CommonOptions.value(port, "POSTBACK_PORT") else { return nil }
        guard let port = Int(text), (0...65_535).contains(port) else {
            throw ValidationError("--port: \(text) is not a port from 0 to 65535")
        }
        return port
    }
}
