import Foundation
import Synchronization

/// Certificates for tests, made with the `openssl` command in a directory that goes with the last reference: an authority;
/// certificates for `localhost` and 127.0.0.1 that are good, expired, for another host, and self-signed; a client's.
package final class TestCertificates: Sendable {
    /// A certificate and its key, as PEM files.
    package struct Pair: Sendable {
        /// Path of the certificate.
        package let certificate: String
        /// Path of the key.
        package let key: String
    }

    /// The authority's certificate.
    package var authority: String { file("authority.pem") }
    /// For `localhost` and 127.0.0.1, by the authority.
    package var server: Pair { pair("server") }
    /// The same, but it ended yesterday.
    package var expired: Pair { pair("expired") }
    /// For `elsewhere.example`, by the authority.
    package var otherHost: Pair { pair("other") }
    /// For `localhost` and 127.0.0.1, by nobody.
    package var selfSigned: Pair { pair("self") }
    /// For a client, by the authority.
    package var client: Pair { pair("client") }

    private let directory: TemporaryDirectory

    /// The certificates that somebody else is using at the moment, or new ones: tests that run side by side share them.
    package static func shared() throws -> TestCertificates {
        try current.withLock { current in
            if let certificates = current.certificates { return certificates }
            let certificates = try TestCertificates()
            current.certificates = certificates
            return certificates
        }
    }

    private struct Current: Sendable {
        weak var certificates: TestCertificates?
    }

    private static let current = Mutex(Current())

    /// Makes the certificates; takes a fraction of a second.
    package init() throws {
        directory = try TemporaryDirectory()
        try makeSelfSigned(
            "authority",
            subject: "/CN=Test Authority",
            extensions: ["basicConstraints=critical,CA:TRUE"]
        )
        let local = "subjectAltName=DNS:localhost,IP:127.0.0.1"
        try makeSelfSigned("self", subject: "/CN=localhost", extensions: [local])
        try makeSigned("server", subject: "/CN=localhost", extensions: [local])
        try makeSigned("expired", subject: "/CN=localhost", extensions: [local], days: -1)
        try makeSigned("other", subject: "/CN=elsewhere.example", extensions: ["subjectAltName=DNS:elsewhere.example"])
        try makeSigned("client", subject: "/CN=client", extensions: ["extendedKeyUsage=clientAuth"])
    }

    private func file(_ name: String) -> String { directory.path + "/" + name }

    private func pair(_ name: String) -> Pair {
        Pair(certificate: file(name + ".pem"), key: file(name + ".key"))
    }

    private func makeSelfSigned(_ name: String, subject: String, extensions: [String]) throws {
        try run(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                subject,
            ]
                + ["-keyout", file(name + ".key"), "-out", file(name + ".pem")]
                + extensions.flatMap { ["-addext", $0] }
        )
    }

    private func makeSigned(_ name: String, subject: String, extensions: [String], days: Int = 2) throws {
        try run(
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject]
                + ["-keyout", file(name + ".key"), "-out", file(name + ".csr")]
                + extensions.flatMap { ["-addext", $0] }
        )
        try run(
            [
                "x509", "-req", "-in", file(name + ".csr"), "-CA", authority, "-CAkey", file("authority.key"),
                "-CAcreateserial",
            ]
                + ["-days", "\(days)", "-copy_extensions", "copyall", "-out", file(name + ".pem")]
        )
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestServerError("openssl \(arguments.joined(separator: " ")): \(process.terminationStatus)")
        }
    }
}
