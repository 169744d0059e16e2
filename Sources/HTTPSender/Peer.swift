import Deliveries

/// The other end of a connection, as libcurl tells it and as it is shown.
struct Peer {
    /// The address as libcurl writes it.
    let text: String
    /// The port.
    let port: Int32
    /// The address.
    let address: IPAddress
    /// As in ``Answer/remoteAddress``.
    let shown: String

    /// Reads what libcurl tells; `nil` if it is no IP address.
    init?(text: String, port: Int32) {
        guard let address = IPAddress(text) else { return nil }
        self.text = text
        self.port = port
        self.address = address
        shown = address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
