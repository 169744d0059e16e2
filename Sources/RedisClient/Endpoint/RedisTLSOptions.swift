internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// How TLS is done. The server's certificate is always verified in full: its chain, and its name or IP address.
package struct RedisTLSOptions: Hashable, Sendable {
    /// A PEM file with the certificate authorities to trust; `nil` means the system's.
    package var caFile: String?
    /// A PEM file with the client's certificate, and its chain if there is one. Goes with ``privateKeyFile``.
    package var certificateFile: String?
    /// A PEM file with the client's private key.
    package var privateKeyFile: String?
    /// The name to expect in the server's certificate and to send as SNI; `nil` means the host of the URL.
    package var serverName: String?

    package init(
        caFile: String? = nil,
        certificateFile: String? = nil,
        privateKeyFile: String? = nil,
        serverName: String? = nil
    ) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.privateKeyFile = privateKeyFile
        self.serverName = serverName
    }
}

extension RedisTLSOptions {
    /// Reads the files, on a thread that may block. Done for each connection, so that renewed certificates are used.
    ///
    /// - Throws: `invalidConfiguration` that names the file which cannot be used.
    func makeContext() async throws(RedisError) -> NIOSSLContext {
        do {
            return try await NIOThreadPool.singleton.runIfActive { try readContext() }
        } catch let error as RedisError {
            throw error
        } catch {
            throw RedisError(.invalidConfiguration, "tls: \(oneLine("\(error)", limit: 200))")
        }
    }

    private func readContext() throws(RedisError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        // How long a close waits for the server's farewell; Redis sends none.
        configuration.shutdownTimeout = .seconds(1)
        if let caFile {
            configuration.trustRoots = .certificates(try certificates(in: caFile, "CA file"))
        }
        switch (certificateFile, privateKeyFile) {
        case (nil, nil): break
        case (let certificateFile?, let privateKeyFile?):
            configuration.certificateChain = try certificates(in: certificateFile, "certificate file")
                .map { .certificate($0) }
            do {
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: privateKeyFile, format: .pem))
            } catch {
                throw RedisError(.invalidConfiguration, "tls: cannot read the private key file \(privateKeyFile)")
            }
        case (_?, nil), (nil, _?):
            throw RedisError(.invalidConfiguration, "tls: a client certificate needs both a certificate and a key file")
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw RedisError(.invalidConfiguration, "tls: the certificate and key files do not work together")
        }
    }

    private func certificates(in file: String, _ what: String) throws(RedisError) -> [NIOSSLCertificate] {
        let found = try? NIOSSLCertificate.fromPEMFile(file)
        guard let found, !found.isEmpty else {
            throw RedisError(.invalidConfiguration, "tls: cannot read the \(what) \(file)")
        }
        return found
    }
}
