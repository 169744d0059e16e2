import Glibc
import NIOCore

/// Says in one line why a server could not listen.
enum ListenFailure {
    static func describe(_ error: any Error, host: String, port: Int) -> CommandFailure {
        let reason =
            switch error {
            case let error as IOError: String(cString: strerror(error.errnoCode))
            case is SocketAddressError, is SocketAddressError.UnknownHost: "no such host"
            default: "\(error)"
            }
        return CommandFailure(.unavailable, "cannot listen on \(host):\(port): \(reason)")
    }
}
