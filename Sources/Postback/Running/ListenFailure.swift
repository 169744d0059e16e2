import Glibc
import NIOCore

/// Says in one line why a server could not listen.
enum ListenFailure {
    static func describe(_ error: any Error, host: String, port: Int) -> CommandFailure {
        guard let error = error as? IOError else { return CommandFailure(.unavailable, "\(error)") }
        let reason = String(cString: strerror(error.errnoCode))
        return CommandFailure(.unavailable, "cannot listen on \(host):\(port): \(reason)")
    }
}
