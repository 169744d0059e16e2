import Foundation
import Synchronization

/// Certificates for tests, made with the `openssl` command in a directory that goes with the last reference: an authority, a
/// client's certificate, and servers' that are good or wrong in one way.
package final class TestCertificates: Sendable {
    /// Kinds of certificates of servers, by what is wrong with them.
    package enum Kind: String, CaseIterable, Sendable {
        /// For `localhost` and 127.0.0.1, by the authority.
        case good
        /// It ended yesterday.
        case expired
        /// It begins in a hundred years.
        case early = "not valid yet"
        /// For `elsewhere.example`.
        case otherHost = "for another host"
        /// For `localhost`, but not for 127.0.0.1.
        case otherName = "for another name of the host"
        /// By nobody else.
        case selfSigned = "self-signed"
        /// By an authority that nobody knows.
        case unknownAuthority = "by an unknown authority"
        /// By a server's certificate that the authority has signed.
        case byServer = "by a server that is no authority"
        /// For clients only.
        case forClients = "for clients"
        /// Signed with SHA-1.
        case weakHash = "signed with SHA-1"
        /// With an RSA key of 1024 bits.
        case weakKey = "for a weak key"
    }

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
    package var server: Pair { pair("good") }
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

    /// Makes the authority, a server's certificate and a client's; takes a fraction of a second.
    package init() throws {
        directory = try TemporaryDirectory()
        try makeSelfSigned("authority", subject: "/CN=Test Authority", extensions: Self.ofAuthority)
        _ = try pair(.good)
        try makeSigned("client", subject: "/CN=client", extensions: ["extendedKeyUsage=clientAuth"])
    }

    private static let local = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    private static let ofAuthority = ["basicConstraints=critical,CA:TRUE"]
    private static let making = Mutex(())

    /// A server's certificate, which is made when it is asked for first.
    package func pair(_ kind: Kind) throws -> Pair {
        try Self.making.withLock { _ in
            let made = pair("\(kind)")
            if !FileManager.default.fileExists(atPath: made.certificate) { try make(kind, "\(kind)") }
            return made
        }
    }

    private func make(_ kind: Kind, _ name: String) throws {
        let subject = "/CN=localhost"
        switch kind {
        case .good:
            try makeSigned(name, subject: subject, extensions: [Self.local])
        case .expired:
            try makeSigned(name, subject: subject, extensions: [Self.local], days: -1)
        case .early:
            try makeSigned(name, subject: subject, extensions: [Self.local], from: "21200101000000Z")
        case .otherHost:
            try makeSigned(
                name,
                subject: "/CN=elsewhere.example",
                extensions: ["subjectAltName=DNS:elsewhere.example"]
            )
        case .otherName:
            try makeSigned(name, subject: subject, extensions: ["subjectAltName=DNS:localhost"])
        case .selfSigned:
            try makeSelfSigned(name, subject: subject, extensions: [Self.local])
        case .unknownAuthority:
            try makeSelfSigned("stranger", subject: "/CN=Test Authority", extensions: Self.ofAuthority)
            try makeSigned(name, subject: subject, extensions: [Self.local], by: "stranger")
        case .byServer:
            try makeSigned(name, subject: subject, extensions: [Self.local], by: "\(Kind.good)")
            // The whole chain is shown: only the missing right to sign is wrong with it.
            let chain = try Data(contentsOf: URL(fileURLWithPath: file(name + ".pem")))
            let issuer = try Data(contentsOf: URL(fileURLWithPath: server.certificate))
            try (chain + issuer).write(to: URL(fileURLWithPath: file(name + ".pem")))
        case .forClients:
            try makeSigned(name, subject: subject, extensions: [Self.local, "extendedKeyUsage=clientAuth"])
        case .weakHash:
            try makeSigned(name, subject: subject, extensions: [Self.local], more: ["-sha1"])
        case .weakKey:
            try makeSigned(name, subject: subject, extensions: [Self.local], key: ["rsa:1024"])
        }
    }

    private func file(_ name: String) -> String { directory.path + "/" + name }

    private func pair(_ name: String) -> Pair {
        Pair(certificate: file(name + ".pem"), key: file(name + ".key"))
    }

    private static let curve = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]

    private func makeSelfSigned(_ name: String, subject: String, extensions: [String]) throws {
        try run(
            ["req", "-x509", "-newkey"] + Self.curve + ["-nodes", "-days", "2", "-subj", subject]
                + ["-keyout", file(name + ".key"), "-out", file(name + ".pem")]
                + extensions.flatMap { ["-addext", $0] }
        )
    }

    /// - Parameters:
    ///   - issuer: who signs.
    ///   - days: how long it is valid from now on.
    ///   - start: when it begins to be valid instead, up to the year 9999.
    ///   - key: the kind of the key.
    ///   - more: further options for signing.
    private func makeSigned(
        _ name: String,
        subject: String,
        extensions: [String],
        by issuer: String = "authority",
        days: Int = 2,
        from start: String? = nil,
        key: [String] = TestCertificates.curve,
        more: [String] = []
    ) throws {
        try run(
            ["req", "-newkey"] + key + ["-nodes", "-subj", subject]
                + ["-keyout", file(name + ".key"), "-out", file(name + ".csr")]
                + extensions.flatMap { ["-addext", $0] }
        )
        let signer = [file(issuer + ".pem"), file(issuer + ".key")]
        guard let start else {
            return try run(
                ["x509", "-req", "-in", file(name + ".csr"), "-CA", signer[0], "-CAkey", signer[1], "-CAcreateserial"]
                    + ["-days", "\(days)", "-copy_extensions", "copyall", "-out", file(name + ".pem")] + more
            )
        }
        // Only `openssl ca` takes a beginning, and it wants a database.
        let configuration = """
            [ca]
            default_ca = test
            [test]
            database = \(file("index.txt"))
            new_certs_dir = \(directory.path)
            rand_serial = yes
            default_md = sha256
            policy = anything
            copy_extensions = copyall
            [anything]
            commonName = supplied
            """
        try configuration.write(toFile: file("ca.cnf"), atomically: true, encoding: .utf8)
        try "".write(toFile: file("index.txt"), atomically: true, encoding: .utf8)
        try run(
            ["ca", "-batch", "-notext", "-config", file("ca.cnf"), "-cert", signer[0], "-keyfile", signer[1]]
                + ["-startdate", start, "-enddate", "99991231235959Z", "-in", file(name + ".csr")]
                + ["-out", file(name + ".pem")]
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
