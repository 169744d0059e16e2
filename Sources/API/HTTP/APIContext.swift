import Hummingbird
import Logging
import NIOCore

/// What is known about a request besides the request.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// What became of looking at the presented key.
    var credential = Credential.missing
    /// The connection that it came on.
    let channel: any Channel
    /// Where the connection comes from.
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        self.coreContext = CoreRequestContextStorage(source: source)
        self.channel = source.channel
        self.remoteAddress = source.channel.remoteAddress
    }

    /// The key that came with a request.
    enum Credential: Sendable {
        case missing
        case unknown
        case known(APIKey)
    }
}

/// The rest of a request's way, as Hummingbird hands it to middleware.
typealias Next = @concurrent (Request, APIContext) async throws -> Response
