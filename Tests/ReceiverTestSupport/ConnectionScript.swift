/// What a ``ScriptedReceiver`` does with a connection it has accepted.
package enum ConnectionScript: Sendable {
    /// Reads requests and answers them.
    case serve
    /// Closes it at once.
    case close
    /// Reads nothing and sends nothing until the peer is gone.
    case ignore
    /// Breaks it once the header section of a request is there.
    case resetAfterHead
    /// Carries out the steps before anything is read, and reads nothing.
    case speakFirst(ScriptedAnswer)
    /// Reads a little at a time, pausing in between, and sends nothing.
    case readSlowly(pause: Duration)
    /// With a client that speaks HTTP/2, reads until the head of a request is there, then carries out the steps. Others are
    /// served as they should be.
    case http2(ScriptedAnswer)
}
