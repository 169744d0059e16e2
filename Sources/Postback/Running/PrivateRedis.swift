import Foundation
import Glibc
import Logging
import RedisClient
import Subprocess
import Telemetry

/// The `redis-server` that `up` owns: append-only file on, a unix socket and no port, in the data directory.
///
/// It ends with its parent, also when that is killed with -9: the kernel sends it SIGTERM (`setpriv --pdeathsig`). It holds a
/// lock on its directory for as long as it lives (`flock --no-fork`), so that the next start waits for it and two servers never write one file.
struct PrivateRedis: Sendable {
    /// So many failures to start are the end, before it was ever ready.
    private static let startLimit = 3
    /// Longer socket paths do not fit a `sockaddr_un`.
    private static let longestSocketPath = 100

    let directory: String
    let socket: String
    let logger: Logger

    /// - Parameter data: where the directory `redis` is made.
    init(data: DataDirectory, logger: Logger) throws {
        directory = data.path(of: "redis")
        self.logger = logger
        let inside = directory + "/redis.sock"
        socket = inside.utf8.count <= Self.longestSocketPath ? inside : try Self.shortSocket(for: directory)
        try prepare()
    }

    var url: String { "unix://" + RedisEndpoint.encoded(socketPath: socket) }

    /// Runs `body` once the server takes connections, and ends the server after it. A server that ends by itself is started again.
    ///
    /// - Throws: ``CommandFailure`` with the server's own words, when it does not start at all.
    func whileRunning(_ body: @Sendable () async throws -> Void) async throws {
        let (ready, isReady) = AsyncThrowingStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await keepServing(isReady) }
            for try await _ in ready {}
            try await body()
            tasks.cancelAll()
        }
    }

    private func keepServing(_ ready: AsyncThrowingStream<Void, any Error>.Continuation) async {
        var pause = Duration.milliseconds(100)
        var failures = 0
        let output = ServerOutput()
        while !Task.isCancelled {
            let started = ContinuousClock.now
            var reason: String
            do {
                reason = "\(try await serve(output) { ready.finish() })"
            } catch {
                reason = "\(error)"
            }
            guard !Task.isCancelled else { return }
            if let line = output.takeLast() { reason += ": \(line)" }
            failures += 1
            if failures == Self.startLimit {
                // Of no consequence once it was ready.
                ready.finish(throwing: CommandFailure(.unavailable, "the private Redis does not start (\(reason))"))
            }
            logger.error(
                "The private Redis ended, starting it again",
                metadata: Logger.Metadata([.reason: "\(reason)"])
            )
            if ContinuousClock.now - started > .seconds(10) { pause = .milliseconds(100) }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    private func serve(_ output: ServerOutput, _ onReady: @Sendable () -> Void) async throws -> TerminationStatus {
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(10))]
        // A terminal's Ctrl-C goes to the whole group; this server is ended after the relay, not with it.
        options.processGroupID = 0
        return try await Subprocess.run(
            .name("setpriv"),
            arguments: [
                "--pdeathsig", "TERM", "--", "flock", "--no-fork", "--wait", "30", directory + "/lock", "redis-server",
                directory + "/redis.conf",
            ],
            platformOptions: options,
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            for try await line in execution.standardOutput.strings() {
                if line.contains("eady to accept connections") { onReady() }
                output.note(line)
                logger.debug("redis-server", metadata: Logger.Metadata([.reason: "\(line)"]))
            }
        }.terminationStatus
    }

    private func prepare() throws {
        guard Self.isInstalled("redis-server") else {
            throw CommandFailure(
                .unavailable,
                "redis-server is not installed: install it (apt-get install redis-server), or set REDIS_URL"
            )
        }
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try configuration.write(toFile: directory + "/redis.conf", atomically: true, encoding: .utf8)
        } catch {
            throw CommandFailure(.cannotCreate, "cannot prepare \(directory): \(error.localizedDescription)")
        }
    }

    private var configuration: String {
        """
        # Written by postback at each start.
        port 0
        unixsocket \(Self.quoted(socket))
        unixsocketperm 700
        dir \(Self.quoted(directory))
        daemonize no
        supervised no
        appendonly yes
        appendfsync everysec
        save ""
        maxmemory-policy noeviction

        """
    }

    /// A path as the configuration file takes it.
    private static func quoted(_ path: String) -> String {
        let escaped = path.utf8.map { byte -> String in
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: String(UnicodeScalar(byte))
            default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return "\"\(escaped.joined())\""
    }

    private static func isInstalled(_ program: String) -> Bool {
        let path = CommonOptions.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    /// A directory of ours with a short name, for a data directory whose path is too long for a socket.
    private static func shortSocket(for directory: String) throws -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in directory.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let base = "/tmp/postback-\(getuid())-\(String(hash, radix: 36))"
        mkdir(base, 0o700)
        var status = stat()
        // Somebody else may have made it first: it must be a directory of ours that only we may enter.
        guard lstat(base, &status) == 0, status.st_uid == getuid(), status.st_mode & S_IFMT == S_IFDIR,
            status.st_mode & 0o077 == 0
        else {
            throw CommandFailure(.cannotCreate, "\(base) is not a directory of ours alone; choose a shorter --data")
        }
        return base + "/redis.sock"
    }
}
