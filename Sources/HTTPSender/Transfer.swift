import CCurl
import Deliveries
import Glibc

/// One libcurl easy handle, and everything that has to live as long as a request in it. Used for one request after the
/// other; only what differs is set again, or everything where the handle itself has to be a new one.
///
/// Ownership: the object owns the easy handle and frees it in `deinit`. libcurl is given a pointer to the object that it does
/// not own; as callbacks run only while the handle is in the multi handle, and ``TransferLoop`` holds the object that long,
/// the pointer is always good.
@safe final class Transfer {
    private(set) var handle: UnsafeMutableRawPointer
    /// Whether a request was made with the handle.
    private var wasUsed = false
    let configuration: HTTPSenderConfiguration
    /// What the handle shares with others. Outlives the handle.
    /// Seconds for which the certificates of authorities are kept before their file is read again.
    private static let authoritiesLife = 60

    private let multi: MultiHandle
    /// Where libcurl writes what went wrong: `CURL_ERROR_SIZE` bytes.
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private let pinnedHosts: UnsafeMutablePointer<curl_slist>?
    private var headerList = RequestHeaderList()

    /// The position among the active transfers.
    var place = 0
    private(set) var token: UInt64 = 0

    /// What libcurl is told of a URL. Kept, because most requests go where the one before them went.
    private struct Target {
        let url: DestinationURL
        let proxy: String?
        let root: String
        let line: String

        init(_ url: DestinationURL, proxy: String?) {
            self.url = url
            self.proxy = proxy
            root = url.origin + "/"
            // A proxy for plain HTTP needs the whole URL there (RFC 9112 section 3.2.2); for HTTPS it makes a tunnel.
            let isForwarded = url.scheme == .http && proxy?.lowercased().hasPrefix("socks") == false
            line = isForwarded ? url.origin + url.target : url.target
        }
    }

    private var target: Target?

    // What is set in the handle.
    private var url: DestinationURL?
    private var proxy: String?
    private var options: TransportOptions?
    private(set) var timeout: Duration = .zero
    private var connectTimeout: Duration = .zero
    private var speaksHTTP2: Bool?

    // What the callbacks decide by.
    private var policy = AddressPolicy()
    private var origin = AddressPolicy.Origin.untrusted

    /// What has happened so far.
    var exchange = Exchange()
    /// The peer of the last connection: nearly always that of the next one too.
    var lastPeer: Peer?

    init?(multi: MultiHandle, configuration: HTTPSenderConfiguration) {
        guard let handle = unsafe curl_easy_init() else { return nil }
        unsafe self.handle = handle
        self.multi = multi
        self.configuration = configuration
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe pinnedHosts = configuration.pinnedHosts.reduce(nil) { list, host in
            let addresses = host.addresses.map { $0.isV4 ? "\($0)" : "[\($0)]" }.joined(separator: ",")
            return unsafe curl_slist_append(list, "\(host.host):\(host.port):\(addresses)") ?? list
        }
        setUp()
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(pinnedHosts)
        unsafe errorBuffer.deallocate()
    }

    /// The transfer that an easy handle belongs to.
    static func of(handle: UnsafeMutableRawPointer) -> Transfer? {
        unsafe postback_curl_get_private(handle).map { unsafe of(context: $0) }
    }

    /// The transfer behind the context of a callback.
    static func of(context: UnsafeMutableRawPointer) -> Transfer {
        unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: Options

    /// Sets what is the same for every request.
    private func setUp() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe postback_curl_set_context(handle, CURLOPT_PRIVATE, context)
        unsafe postback_curl_set_context(handle, CURLOPT_HEADERDATA, context)
        unsafe postback_curl_set_context(handle, CURLOPT_WRITEDATA, context)
        unsafe postback_curl_set_context(handle, CURLOPT_OPENSOCKETDATA, context)
        unsafe postback_curl_set_context(handle, CURLOPT_PREREQDATA, context)
        unsafe postback_curl_set_context(handle, CURLOPT_ERRORBUFFER, errorBuffer)
        unsafe postback_curl_set_context(handle, CURLOPT_SHARE, multi.share)
        unsafe postback_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, receiveHeaderLine)
        unsafe postback_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, receiveBody)
        unsafe postback_curl_set_opener(handle, openSocket)
        unsafe postback_curl_set_closer(handle, closeSocket, Unmanaged.passUnretained(multi.sockets).toOpaque())
        unsafe postback_curl_set_gate(handle, judgeConnection)

        // No signals for timeouts: they are for the process, and a thread cannot have them.
        set(CURLOPT_NOSIGNAL, 1)
        // A lookup that outlasts its request is left to itself. Without this libcurl waits for it, and one name server that
        // does not answer would hold up every other request.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_POST, 1)
        // The body as it is: a signature may have been made over it, and nothing is unpacked without a limit.
        set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        let idleSeconds = max(1, Int(configuration.idleLifetime.components.seconds))
        set(CURLOPT_MAXAGE_CONN, idleSeconds)
        // An address is believed for as long as a connection to it, and not for the minute that is the default: a receiver
        // that was started anew in a container may have another, and somebody else its old one.
        set(CURLOPT_DNS_CACHE_TIMEOUT, idleSeconds)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        // The empty string, not NULL: NULL would let the environment name a proxy.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "")
        if let pinnedHosts = unsafe pinnedHosts {
            unsafe postback_curl_set_list(handle, CURLOPT_RESOLVE, pinnedHosts)
        }
    }

    private func set(_ option: CURLoption, _ value: Int) {
        unsafe postback_curl_set_long(handle, option, value)
    }

    private func set(_ option: CURLoption, _ value: String?) {
        if let value {
            unsafe postback_curl_set_copied(handle, option, value)
        } else {
            unsafe postback_curl_set_copied(handle, option, nil)
        }
    }

    /// Puts a new handle in the place of one that may not be used again (``CurlLibrary/handlesCanBeReused``). It costs a
    /// few microseconds; connections belong to the multi handle and stay.
    ///
    /// - Returns: false if there is no memory for it.
    private func renewHandleIfNeeded() -> Bool {
        guard wasUsed, !CurlLibrary.handlesCanBeReused else { return true }
        guard let new = unsafe curl_easy_init() else { return false }
        unsafe curl_easy_cleanup(handle)
        unsafe handle = new
        (url, proxy, options) = (nil, nil, nil)
        (timeout, connectTimeout, speaksHTTP2) = (.zero, .zero, nil)
        setUp()
        return true
    }

    /// Makes the handle ready for a request.
    ///
    /// - Returns: the answer, if the request cannot be made at all.
    func prepare(_ request: SendRequest) -> Answer? {
        token = request.token
        policy = request.policy
        origin = request.origin
        exchange.start = .now
        exchange.usesTLS = request.url.scheme == .https
        unsafe errorBuffer.pointee = 0
        guard renewHandleIfNeeded() else { return .unsent(.connect, "out of memory") }
        wasUsed = true
        if let refusal = RequestHeaderCheck.refusal(of: request.headers) { return .unsent(.protocol, refusal) }

        if options != request.options { use(request.options) }
        use(request.url, proxy: request.options.proxy(for: request.url))
        // A proxy does the look-up, so that only what needs none can be judged.
        if proxy != nil, let reason = policy.knownRefusal(of: request.url, origin: origin) {
            return .unsent(.blocked, reason)
        }
        use(http2: request.origin == .operatorConfigured)
        if timeout != request.timeout {
            timeout = request.timeout
            set(CURLOPT_TIMEOUT_MS, timeout.milliseconds)
        }
        if connectTimeout != request.connectTimeout {
            connectTimeout = request.connectTimeout
            set(CURLOPT_CONNECTTIMEOUT_MS, connectTimeout.milliseconds)
        }
        unsafe postback_curl_set_list(handle, CURLOPT_HTTPHEADER, headerList.fill(request.headers))
        setBody(request.body)
        return nil
    }

    /// The target goes into the request line as it is (CURLOPT_REQUEST_TARGET), so that libcurl's reading of the URL cannot
    /// change a byte of it.
    private func use(_ url: DestinationURL, proxy: String?) {
        if self.proxy != proxy {
            self.proxy = proxy
            set(CURLOPT_PROXY, proxy ?? "")
            self.url = nil
        }
        guard self.url != url else { return }
        self.url = url
        let known = target.flatMap { $0.url == url && $0.proxy == proxy ? $0 : nil }
        let target = known ?? Target(url, proxy: proxy)
        self.target = target
        set(CURLOPT_URL, target.root)
        set(CURLOPT_REQUEST_TARGET, target.line)
    }

    /// HTTP/2, where TLS negotiates it, is for the operator's receivers only. libcurl goes on reading frames that are not about
    /// the answer for as long as they come, and looks at no deadline and no other transfer meanwhile (seen with 7.88): whoever
    /// names a URL could hold up everybody's deliveries with a receiver that sends WINDOW_UPDATE without end.
    private func use(http2 isAllowed: Bool) {
        guard speaksHTTP2 != isAllowed else { return }
        speaksHTTP2 = isAllowed
        set(CURLOPT_HTTP_VERSION, isAllowed ? Int(CURL_HTTP_VERSION_2TLS) : CURL_HTTP_VERSION_1_1)
    }

    private func use(_ options: TransportOptions) {
        self.options = options
        // One file and no directory: only then does libcurl keep what it has read for the next connection.
        let authorities = options.authoritiesFile ?? CurlLibrary.authoritiesFile
        set(CURLOPT_CAINFO, authorities)
        if authorities != nil { set(CURLOPT_CAPATH, nil) }
        // It goes by the file's path, so that one which is replaced, or has lost an authority, would count only a day later.
        set(CURLOPT_CA_CACHE_TIMEOUT, Self.authoritiesLife)
        set(CURLOPT_SSLCERT, options.clientCertificateFile)
        set(CURLOPT_SSLKEY, options.clientKeyFile)
    }

    /// libcurl makes its own copy of the body, which outlives the request for sure. The size has to be set first.
    private func setBody(_ body: [UInt8]) {
        set(CURLOPT_POSTFIELDSIZE, body.count)
        unsafe body.withUnsafeBytes { bytes in
            let start = unsafe bytes.bindMemory(to: CChar.self).baseAddress
            // NULL would mean that there is no body to send but one to be read; an empty array may have no address.
            unsafe postback_curl_set_copied(handle, CURLOPT_COPYPOSTFIELDS, start ?? UnsafePointer(errorBuffer))
        }
    }

    // MARK: Connections

    /// Takes note of the connection that the request is about to be sent on.
    ///
    /// - Returns: whether it is one that was kept and has something to read.
    func isSpoilt(between ends: ConnectionSockets.Ends) -> Bool {
        if exchange.sockets.isEmpty {
            exchange.wasSpoilt = multi.sockets[ends].map { hasUnread($0) } ?? false
        } else if let socket = exchange.sockets.first(where: { exchange.sockets.count == 1 || isBound($0, to: ends) }) {
            multi.sockets.opened(socket, between: ends)
        }
        exchange.ends = ends
        return exchange.wasSpoilt
    }

    /// Whether the connection speaks HTTP/2. What the answer says of itself counts only where HTTP/2 could be negotiated.
    var hasHTTP2: Bool { speaksHTTP2 == true && exchange.usesTLS && exchange.head.isHTTP2 }

    private func hasUnread(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        if unsafe recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) >= 0 { return true }
        return exchange.usesTLS && (unsafe postback_curl_unread_in_tls(handle)) > 0
    }

    /// Whether a socket has this port: of several that were opened for one request, the one that stood first is used.
    private func isBound(_ socket: Int32, to ends: ConnectionSockets.Ends) -> Bool {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return unsafe withUnsafeMutableBytes(of: &address) { bytes in
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                unsafe getsockname(socket, start, &length) == 0
            else { return false }
            // Both kinds of address have the port in the same place, in network order.
            return unsafe Int32(bytes[2]) << 8 | Int32(bytes[3]) == ends.ownPort
        }
    }

    /// Makes ready for another connection, after one that was spoilt.
    func restart() {
        exchange = Exchange(start: exchange.start, usesTLS: exchange.usesTLS)
        unsafe errorBuffer.pointee = 0
    }

    /// Makes ready for the next request, keeping no more than a little memory.
    func clear() {
        exchange = Exchange()
        unsafe postback_curl_set_list(handle, CURLOPT_HTTPHEADER, nil)
        unsafe postback_curl_set_copied(handle, CURLOPT_POSTFIELDS, nil)
    }

    // MARK: Address policy

    /// Whether the address may be dialled for this request.
    func verdict(for address: IPAddress) -> AddressPolicy.Verdict {
        policy.verdict(for: address, host: url?.host ?? "", origin: origin)
    }

    /// Whether the peer of a connection is a proxy, which is the operator's choice and not judged.
    var peerIsProxy: Bool { proxy != nil }

    /// Whether the peer is a proxy that speaks HTTP itself.
    var forwards: Bool { proxy?.lowercased().hasPrefix("socks") == false }

    /// Whether HTTP/2 is out of the question.
    var speaksHTTP1Only: Bool { speaksHTTP2 == false }

    /// What libcurl wrote about a failure, in one line; `nil` if it wrote nothing. It may repeat what a receiver sent.
    var errorText: String? {
        let text = unsafe String(cString: errorBuffer)
        guard !text.isEmpty else { return nil }
        return String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}

extension Duration {
    /// Whole milliseconds as libcurl takes them: at least one, because zero means "no limit", and not more than a day.
    var milliseconds: Int {
        Int(min(max(1, wholeMilliseconds), 86_400_000))
    }
}
