import CCurl

/// Owns one libcurl multi handle, the connections and the transfers under way, and what its transfers share.
///
/// `@unchecked Sendable`: everything but ``wakeUp()`` is called by the sender's thread only, which libcurl asks for, and
/// `curl_multi_wakeup` is the one function that it allows from any thread. The last reference goes away after the thread's
/// last call.
@safe final class MultiHandle: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer
    /// The TLS sessions, which would go with the handle that made them. Needs no lock: only the sender's thread uses it.
    let share: UnsafeMutableRawPointer
    /// The sockets of the connections. libcurl closes them through it until this object ends.
    let sockets = ConnectionSockets()

    init(configuration: HTTPSenderConfiguration) throws(HTTPSenderError) {
        guard CurlLibrary.isReady, let multi = unsafe curl_multi_init() else {
            throw HTTPSenderError(description: "libcurl cannot be started")
        }
        guard let share = unsafe curl_share_init() else {
            unsafe curl_multi_cleanup(multi)
            throw HTTPSenderError(description: "libcurl cannot be started")
        }
        unsafe self.multi = multi
        unsafe self.share = share
        unsafe postback_curl_share_sessions(share)
        let idleConnections = max(1, configuration.idleConnections)
        unsafe postback_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, idleConnections)
        // One request at a time on a connection, with HTTP/2 too. A receiver that retires a shared connection (GOAWAY, which
        // nginx sends after every thousand requests) leaves requests unanswered that it never looked at, and libcurl does not
        // tell them from those that it did: measured with 7.88, a tenth of the requests at that moment became ambiguous.
        unsafe postback_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    }

    deinit {
        unsafe curl_multi_cleanup(multi)
        // The easy handles that used it are gone: the loop's transfers end before the loop lets go of this object.
        unsafe curl_share_cleanup(share)
    }

    /// Ends the wait of the sender's thread, or the next one if it is not waiting. From any thread.
    func wakeUp() {
        _ = unsafe curl_multi_wakeup(multi)
    }

    /// Takes a transfer in. The caller keeps it alive until ``remove(_:)``.
    func add(_ transfer: Transfer) -> CURLcode {
        unsafe curl_multi_add_handle(multi, transfer.handle) == CURLM_OK ? CURLE_OK : CURLE_FAILED_INIT
    }

    /// Takes a transfer out, cutting it off if it is under way.
    func remove(_ transfer: Transfer) {
        _ = unsafe curl_multi_remove_handle(multi, transfer.handle)
    }

    /// Does what can be done without waiting.
    func perform() {
        var running: Int32 = 0
        _ = unsafe curl_multi_perform(multi, &running)
    }

    /// The next transfer that has ended, and how.
    func nextEnded() -> (transfer: Transfer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let handle = unsafe message.pointee.easy_handle,
                let transfer = unsafe Transfer.of(handle: handle)
            else { continue }
            return unsafe (transfer, postback_curl_message_result(message))
        }
        return nil
    }

    /// Waits for traffic, a wake-up or the next timer of libcurl, but not longer than this.
    func wait(milliseconds: Int32) {
        _ = unsafe curl_multi_poll(multi, nil, 0, milliseconds, nil)
    }
}
