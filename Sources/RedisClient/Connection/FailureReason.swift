internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// A short line in place of the long ones that NIO and NIOSSL print for a failed connection.
func failureReason(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
        guard let first = error.connectionErrors.first else {
            let isUnknown = error.dnsAError != nil || error.dnsAAAAError != nil
            return isUnknown ? "cannot resolve the host name" : "cannot connect"
        }
        return failureReason(first.error)
    case ChannelError.connectTimeout:
        return "no connection within the connect timeout"
    case let error as IOError:
        return systemReason(error.errnoCode)
    case NIOSSLError.handshakeFailed(.sslError(let stack)):
        return "tls handshake failed: " + stack.map(opensslReason).joined(separator: ", ")
    default:
        return oneLine("\(error)", limit: 200)
    }
}

/// The system's words for an error number, such as "Connection refused".
private func systemReason(_ code: CInt) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { text in
        guard let start = text.baseAddress, unsafe strerror_r(code, start, text.count) == 0 else {
            return "system error \(code)"
        }
        return unsafe String(cString: start)
    }
}

/// The reason's name from `Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at
/// FILE:LINE`, or the whole where it has another form.
private func opensslReason(_ error: BoringSSLInternalError) -> String {
    let text = error.description
    guard let marker = text.firstRange(of: "OPENSSL_internal:") else { return oneLine(text, limit: 100) }
    return oneLine(String(text[marker.upperBound...].prefix { $0 != " " }), limit: 100)
}
