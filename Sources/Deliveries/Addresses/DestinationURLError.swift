/// Why a text is not a URL that can be called. The messages never repeat the URL, which may hold a token.
package enum DestinationURLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// More than ``DestinationURL/maximumLength`` bytes.
    case tooLong
    /// A byte that cannot stand in a URL.
    case byte(UInt8)
    /// A `#`: a fragment is never sent, so that the receiver would not be called as written.
    case fragment
    /// Not `http://` or `https://`.
    case scheme
    /// A user name or password.
    case userInformation
    /// No host.
    case noHost
    /// A host that is no plain name and no address.
    case host
    /// A host that looks like an IPv4 address in a form other than four decimal octets.
    case numericHost
    /// A port that is no number from 1 to 65535.
    case port

    package var description: String {
        switch self {
        case .tooLong: "the URL is longer than \(DestinationURL.maximumLength) bytes"
        case .byte(let byte): "the URL contains the byte 0x\(String(byte, radix: 16)), which must be percent-encoded"
        case .fragment: "the URL has a fragment (#…), which is never sent"
        case .scheme: "the URL does not begin with http:// or https://"
        case .userInformation: "the URL has a user name or password"
        case .noHost: "the URL has no host"
        case .host: "the URL's host is neither a plain host name nor an address"
        case .numericHost: "the URL's host is a number that is not a dotted IPv4 address such as 192.0.2.1"
        case .port: "the URL's port is not a number from 1 to 65535"
        }
    }
}
