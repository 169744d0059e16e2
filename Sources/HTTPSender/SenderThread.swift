import CCurl
import Glibc

/// Starts the thread that a ``TransferLoop`` runs on.
enum SenderThread {
    /// Starts a thread that belongs to the loop until the loop ends. It is detached: ``Inbox/end()`` is how others learn of
    /// its end.
    static func start(_ loop: sending TransferLoop) throws(HTTPSenderError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))

        // The thread takes this reference over; if there is no thread, it is given back here.
        let context = unsafe Unmanaged.passRetained(loop)
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, &attributes, senderThreadMain, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            throw HTTPSenderError(
                description: "the sender's thread cannot be started: \(unsafe String(cString: strerror(code)))"
            )
        }
    }
}

private func senderThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // Signals are for the process' other threads. The threads that libcurl starts to resolve names inherit this.
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    unsafe postback_curl_name_thread("postback-sender")
    guard let context = unsafe context else { return nil }
    let inbox = unsafe runLoop(context)
    // The loop is gone, and this drops the last reference to the multi handle: its connections are closed when others hear
    // of the end.
    inbox.end()
    return nil
}

private func runLoop(_ context: UnsafeMutableRawPointer) -> Inbox {
    let loop = unsafe Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue()
    loop.run()
    return loop.inbox
}
