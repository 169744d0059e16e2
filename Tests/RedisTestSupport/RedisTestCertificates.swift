import Foundation

/// A certificate authority of a test's own, with a server's and a client's certificate. PEM files.
package struct RedisTestCertificates: Sendable {
    package let caFile: String
    package let serverCertificateFile: String
    package let serverKeyFile: String
    package let clientCertificateFile: String
    package let clientKeyFile: String

    /// Makes them with the `openssl` command.
    ///
    /// - Parameters:
    ///   - directory: Where the files go; must exist.
    ///   - serverNames: The subject alternative names of the server, as `openssl` writes them.
    package static func make(
        in directory: String,
        serverNames: String = "IP:127.0.0.1,DNS:localhost"
    ) async throws -> RedisTestCertificates {
        let settings = """
            [req]
            distinguished_name = name
            prompt = no
            [name]
            CN = Postback test
            [ca]
            basicConstraints = critical, CA:TRUE
            [server]
            basicConstraints = CA:FALSE
            subjectAltName = \(serverNames)
            [client]
            basicConstraints = CA:FALSE
            extendedKeyUsage = clientAuth
            """
        let path = { (name: String) in directory + "/" + name }
        try Data(settings.utf8).write(to: URL(fileURLWithPath: path("openssl.cnf")))

        func certificate(_ name: String, _ more: [String]) async throws {
            _ = try await TestProcess.run(
                [
                    "openssl", "req", "-x509", "-config", path("openssl.cnf"), "-extensions", name, "-days", "2",
                    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)",
                    "-keyout", path("\(name).key"), "-out", path("\(name).crt"),
                ] + more
            )
        }
        try await certificate("ca", [])
        try await certificate("server", ["-CA", path("ca.crt"), "-CAkey", path("ca.key")])
        try await certificate("client", ["-CA", path("ca.crt"), "-CAkey", path("ca.key")])
        return RedisTestCertificates(
            caFile: path("ca.crt"),
            serverCertificateFile: path("server.crt"),
            serverKeyFile: path("server.key"),
            clientCertificateFile: path("client.crt"),
            clientKeyFile: path("client.key")
        )
    }
}
