import Foundation
import Glibc

/// nginx on a free port of loopback, in the foreground as a child process: what the tests need of TLS and HTTP/2. It ends
/// with the last reference.
///
/// The listening socket is opened here and handed to nginx as its standard input, by the way in which nginx takes sockets
/// over from a former self. So there is no port to guess, and connections wait in the queue until nginx is up.
package final class NginxTestServer: Sendable {
    /// The port.
    package let port: UInt16
    private let process: Process
    private let directory: TemporaryDirectory

    /// Whether nginx is installed.
    package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: executable) }
    private static let executable = "/usr/sbin/nginx"

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - listen: what stands behind the address in `listen`, such as `ssl http2`.
    ///   - server: the directives of the server block.
    package init(listen: String = "", server: String) throws {
        directory = try TemporaryDirectory()
        let (descriptor, port) = try Socket.listen(onIPv6: false)
        self.port = port
        let configuration = directory.path + "/nginx.conf"
        try Self.configuration(directory: directory.path, port: port, listen: listen, server: server)
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        process = Process()
        process.executableURL = URL(fileURLWithPath: Self.executable)
        process.arguments = ["-c", configuration, "-p", directory.path, "-e", "stderr"]
        process.environment = ["NGINX": "0;"]
        process.standardInput = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    /// Starts a server with TLS that answers everything with 204.
    ///
    /// - Parameters:
    ///   - certificate: the server's.
    ///   - http2: whether it offers HTTP/2.
    ///   - more: further directives of the server block.
    package static func tls(_ certificate: TestCertificates.Pair, http2: Bool = false, more: String = "") throws
        -> NginxTestServer
    {
        try NginxTestServer(
            listen: http2 ? "ssl http2" : "ssl",
            server: """
                ssl_certificate \(certificate.certificate);
                ssl_certificate_key \(certificate.key);
                \(more)
                location / { return 204; }
                """
        )
    }

    private static func configuration(directory: String, port: UInt16, listen: String, server: String) -> String {
        """
        daemon off;
        worker_processes 1;
        pid \(directory)/nginx.pid;
        error_log stderr crit;
        events { worker_connections 512; }
        http {
            access_log off;
            client_body_temp_path \(directory);
            proxy_temp_path \(directory);
            fastcgi_temp_path \(directory);
            uwsgi_temp_path \(directory);
            scgi_temp_path \(directory);
            client_max_body_size 64m;
            server {
                listen 127.0.0.1:\(port) \(listen);
                \(server)
            }
        }
        """
    }
}
