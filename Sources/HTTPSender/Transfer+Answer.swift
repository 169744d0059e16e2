import CCurl
import Deliveries

extension Transfer {
    /// Whether any part of the request may have reached the receiver.
    ///
    /// False only if that is certain: no connection was ever let through, or nothing was written to it. Within TLS the second
    /// cannot be told, because a part that was written may not have been counted yet.
    var mayHaveBeenSent: Bool {
        if isRefusedByProxy { return false }
        guard exchange.passes > 0, !exchange.usesTLS else { return exchange.passes > 0 }
        return unsafe postback_curl_get_long(handle, CURLINFO_REQUEST_SIZE) > 0
    }

    /// Whether the proxy wants credentials that it was not given: an answer of its own, which for HTTPS has no status here, as it belongs to
    /// the tunnel. The receiver has seen nothing.
    private var isRefusedByProxy: Bool {
        guard forwards, !exchange.usesTLS else { return false }
        return unsafe postback_curl_get_long(handle, CURLINFO_RESPONSE_CODE) == 407
    }

    /// Whether the request may go to a connection now.
    ///
    /// When a connection that was used before ends without a byte of an answer, libcurl takes it for closed and sends the
    /// request again on a new one, up to five times, and tells nobody. But a receiver that took the request and died looks the
    /// same. A POST may not be repeated on a guess (RFC 9110 section 9.2.2), so a second time is refused once anything was
    /// written; the delivery's own schedule repeats it, in the open. Connections are not kept long enough for this to happen
    /// often (``HTTPSenderConfiguration/idleLifetime``).
    func mayBeSentNow() -> Bool {
        guard mayHaveBeenSent else { return true }
        exchange.repetitionRefused = true
        return false
    }

    /// What became of the request.
    ///
    /// - Parameter code: how libcurl says that it ended; `nil` if it was cut off because the sender stops.
    func answer(code: CURLcode?) -> Answer {
        let status = unsafe postback_curl_get_long(handle, CURLINFO_RESPONSE_CODE)
        let failure = failure(code: code, status: status)
        var answer = Answer(
            failure: failure?.errorClass,
            errorText: failure?.text,
            requestWasSent: mayHaveBeenSent,
            statusCode: status >= 200 ? status : nil,
            headers: exchange.head.fields,
            body: exchange.body,
            bodyWasTruncated: exchange.bodyLength > exchange.body.count,
            remoteAddress: exchange.remoteAddress,
            times: times
        )
        answer.wasCutOff = code == nil && failure != nil
        answer.isOwnTrouble = !mayHaveBeenSent && exchange.isWithoutSocket
        return answer
    }

    private var times: PhaseTimes {
        let isNewConnection = unsafe postback_curl_get_long(handle, CURLINFO_NUM_CONNECTS) > 0
        return PhaseTimes(
            dns: isNewConnection ? milliseconds(CURLINFO_NAMELOOKUP_TIME_T) : nil,
            connect: isNewConnection ? milliseconds(CURLINFO_CONNECT_TIME_T) : nil,
            tls: isNewConnection ? milliseconds(CURLINFO_APPCONNECT_TIME_T) : nil,
            firstByte: exchange.firstLine.map { ($0 - exchange.start) / .milliseconds(1) },
            total: (.now - exchange.start) / .milliseconds(1)
        )
    }

    /// A time since the start; `nil` if the phase was not reached, for which libcurl says zero.
    private func milliseconds(_ phase: CURLINFO) -> Double? {
        let microseconds = unsafe postback_curl_get_offset(handle, phase)
        return microseconds > 0 ? Double(microseconds) / 1000 : nil
    }

    // MARK: Failures

    private typealias Failure = (errorClass: ErrorClass, text: String)

    private func failure(code: CURLcode?, status: Int) -> Failure? {
        if exchange.stoppedAt == .headers {
            return (.protocol, "the header section is larger than \(configuration.headersLimit) bytes")
        }
        if isRefusedByProxy { return (.connect, "through the proxy: it asks for credentials (407)") }
        if exchange.isWhole(status: status) { return nil }
        // Where reading was stopped, enough was read to know what the receiver said.
        if code == CURLE_OK || exchange.stoppedAt == .body { return failureOfEnded(status: status) }
        guard let code else { return (.reset, "the sender has been stopped") }
        if exchange.repetitionRefused {
            return (.reset, "the connection, used before, ended without an answer")
        }
        // Where one address is refused and another could not be tried, nothing is said of the receiver yet.
        if let refusal = exchange.refusal, !exchange.isWithoutSocket,
            exchange.sockets.isEmpty || code == CURLE_ABORTED_BY_CALLBACK
        {
            return (.blocked, refusal)
        }
        let text = unsafe errorText ?? String(cString: curl_easy_strerror(code))
        if mayHaveBeenSent { return (classOfSent(code), text) }
        if let trouble = exchange.socketTrouble, exchange.sockets.isEmpty {
            return (.connect, "this process can make no socket: \(trouble)")
        }
        return (classOfUnsent(code), peerIsProxy ? "through the proxy: \(text)" : text)
    }

    /// What is wrong with an answer that libcurl has read to its end.
    private func failureOfEnded(status: Int) -> Failure? {
        if status < 200 { return (.protocol, "the answer has no final status") }
        // libcurl does not mind a connection that ends between two header lines.
        if !exchange.head.hasEnded { return (.reset, "the header section is not complete") }
        if exchange.isUnclear(status: status) { return (.protocol, "the answer's Content-Length cannot be understood") }
        return nil
    }

    /// The class of a failure after which the request may be out.
    private func classOfSent(_ code: CURLcode) -> ErrorClass {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_SEND_FAIL_REWIND: .reset
        // What cannot be understood, HTTP/2's errors included; a header line beyond libcurl's own limit ends as "out of memory".
        default: .protocol
        }
    }

    /// The class of a failure before anything of the request was sent: that of the phase that was not completed.
    private func classOfUnsent(_ code: CURLcode) -> ErrorClass {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .dns
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CLIENTCERT, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CRL_BADFILE:
            return .tls
        case CURLE_OPERATION_TIMEDOUT: return classOfUnsentTimeout
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT: return .protocol
        default: return .connect
        }
    }

    /// Which of the two deadlines it was, the whole one or that for the connection. libcurl reckons in milliseconds and may
    /// be a little early.
    private var classOfUnsentTimeout: ErrorClass {
        let total = unsafe postback_curl_get_offset(handle, CURLINFO_TOTAL_TIME_T)
        if total / 1000 + 5 >= timeout.milliseconds { return .timeout }
        return unsafe postback_curl_get_offset(handle, CURLINFO_NAMELOOKUP_TIME_T) == 0 ? .dns : .connect
    }
}
