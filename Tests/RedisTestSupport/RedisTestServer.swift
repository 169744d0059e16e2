import Foundation
import Glibc
import Synchronization

/// A private `redis-server` in a directory of its own. It dies with this object, or with the process.
///
/// It listens on 127.0.0.1 or on a unix socket, and writes an append-only file, so that ``restart()`` finds the data
/// again, even after ``kill9()``.
package final class RedisTestServer: Sendable {
    /// What the server listens on.
    package enum Transport: Sendable {
        case tcp
        /// Only the unix socket; it is there with the other transports too.
        case unix
        /// Only TLS, and only for clients that show a certificate.
        case tls
    }

    /// Holds the data, the socket and the certificates; removed at the end.
    package let directory: String
    /// The TCP or TLS port; 0 for ``Transport/unix``.
    package let port: Int
    /// The path of the unix socket.
    package let socketPath: String
    /// With ``Transport/tls``.
    package let certificates: RedisTestCertificates?
    private let transport: Transport
    private let process: Mutex<TestProcess>

    /// Starts a server and waits until it takes commands.
    ///
    /// - Parameters:
    ///   - transport: What it listens on.
    ///   - configuration: Further lines of its configuration file, such as `requirepass secret`.
    ///   - serverNames: The names in the server's certificate, with ``Transport/tls``.
    package static func start(
        _ transport: Transport = .tcp,
        configuration: [String] = [],
        serverNames: String = "IP:127.0.0.1,DNS:localhost"
    ) async throws -> RedisTestServer {
        let directory = try makeDirectory()
        do {
            let certificates =
                transport == .tls
                ? try await RedisTestCertificates.make(in: directory, serverNames: serverNames) : nil
            for attempt in 1... {
                let port = transport == .unix ? 0 : try freePort()
                let lines = settings(directory, port, transport, certificates) + configuration
                try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: directory + "/redis.conf"))
                do {
                    let process = try await launch(directory)
                    return RedisTestServer(directory, port, certificates, transport, process)
                } catch  where attempt < 5 && "\(error)".contains("Address already in use") {
                    continue
                }
            }
            throw RedisTestError("no free port")
        } catch {
            try? FileManager.default.removeItem(atPath: directory)
            throw error
        }
    }

    private init(
        _ directory: String,
        _ port: Int,
        _ certificates: RedisTestCertificates?,
        _ transport: Transport,
        _ process: TestProcess
    ) {
        self.directory = directory
        self.port = port
        self.socketPath = directory + "/redis.sock"
        self.certificates = certificates
        self.transport = transport
        self.process = Mutex(process)
    }

    deinit {
        let process = process.withLock { $0 }
        process.signal(SIGKILL)
        process.waitForExitBlocking()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The server as a `REDIS_URL`. With TLS the certificate files have to be given besides.
    package var url: String {
        switch transport {
        case .tcp: "redis://127.0.0.1:\(port)/0"
        case .tls: "rediss://127.0.0.1:\(port)/0"
        case .unix: "unix://\(socketPath)"
        }
    }

    /// What the server has logged since it was last started.
    package var log: String { process.withLock { $0 }.output }

    /// Stops the server in good order and waits for its end. Nothing happens if it has ended.
    package func stop() async {
        await end(SIGTERM)
    }

    /// Kills the server, as a crash would.
    package func kill9() async {
        await end(SIGKILL)
    }

    /// Starts the server again, with the same data and port, and waits until it takes commands. Stops it before, if it
    /// still runs.
    package func restart() async throws {
        await stop()
        let restarted = try await Self.launch(directory)
        process.withLock { $0 = restarted }
    }

    /// Freezes the server: its sockets stay open, and nothing is answered.
    package func pause() {
        process.withLock { $0 }.signal(SIGSTOP)
    }

    /// Ends ``pause()``.
    package func resume() {
        process.withLock { $0 }.signal(SIGCONT)
    }

    /// Runs `redis-cli` with these arguments against the server.
    ///
    /// - Returns: What it prints, without the last line break.
    @discardableResult
    package func cli(_ arguments: String...) async throws -> String {
        let output = try await TestProcess.run(["redis-cli", "-s", socketPath, "--no-auth-warning"] + arguments)
        return output.hasSuffix("\n") ? String(output.dropLast()) : output
    }

    private func end(_ signal: Int32) async {
        let process = process.withLock { $0 }
        process.signal(signal)
        // A frozen process takes no signal but SIGKILL before it goes on.
        process.signal(SIGCONT)
        await process.waitForExit()
    }

    private static func launch(_ directory: String) async throws -> TestProcess {
        let process = try await TestProcess.start(["redis-server", directory + "/redis.conf"])
        DispatchQueue.global().asyncAfter(deadline: .now() + 15) { [weak process] in
            if let process, !process.output.contains(ready) { process.signal(SIGKILL) }
        }
        guard await process.waitForOutput(ready) else {
            throw RedisTestError("redis-server did not start: \(process.output)")
        }
        return process
    }

    /// Part of what the server logs when its data is loaded, for sockets and for ports.
    private static let ready = "eady to accept connections"

    /// Short, as the path of a unix socket must be.
    private static func makeDirectory() throws -> String {
        var template = Array("/tmp/postback-redis-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw RedisTestError("cannot make a directory in /tmp") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func settings(
        _ directory: String,
        _ port: Int,
        _ transport: Transport,
        _ certificates: RedisTestCertificates?
    ) -> [String] {
        var lines = [
            "bind 127.0.0.1", "dir \(directory)", "unixsocket \(directory)/redis.sock", "daemonize no",
            "save \"\"", "appendonly yes", "appendfsync no", "port \(transport == .tcp ? port : 0)",
        ]
        if let certificates {
            lines += [
                "tls-port \(port)", "tls-cert-file \(certificates.serverCertificateFile)",
                "tls-key-file \(certificates.serverKeyFile)", "tls-ca-cert-file \(certificates.caFile)",
            ]
        }
        return lines
    }
}
