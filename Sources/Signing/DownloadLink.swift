/// Makes and checks links that let their holder fetch one job's document until they expire, without an API key.
///
/// A link is `/api/jobs/{id}/download?expires=UNIX&signature=HEX`; the signature is the lower-case hex HMAC-SHA256 of
/// `id.expires`. Whoever has the link may read the document, so it is as secret as that.
package struct DownloadLink: Sendable {
    /// How long a link lives unless a setting says otherwise: 7 days, in seconds.
    package static let defaultLife: Int64 = 7 * 24 * 3600

    private let key: MACKey

    /// - Parameter secret: what signs, at least 16 bytes, known to those who make links and those who check them.
    package init(secret: [UInt8]) {
        key = MACKey(secret)
    }

    /// The whole link.
    ///
    /// - Parameters:
    ///   - id: the job's id, in lower case.
    ///   - expires: Unix seconds; at this second the link is no longer good.
    ///   - base: the public address of the API, such as `https://pdf.example.com`; a slash at its end does not count.
    package func url(id: String, expires: Int64, base: String) -> String {
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        return "\(trimmed)/api/jobs/\(id)/download?expires=\(expires)&signature=\(signature(id: id, expires: expires))"
    }

    /// Lower-case hexadecimal, 64 digits.
    package func signature(id: String, expires: Int64) -> String {
        Hexadecimal.encode(key.code(of: Array("\(id).\(expires)".utf8)))
    }

    /// Checks what a link says. The signature comes first, so that a forged link learns nothing about expiry.
    ///
    /// - Parameters:
    ///   - id: the job's id as it stands in the path, in lower case.
    ///   - expires: the link's `expires`, as received.
    ///   - signature: the link's `signature`, as received.
    ///   - now: Unix seconds of this clock.
    package func verify(id: String, expires: String, signature: String, now: Int64) throws(DownloadLinkError) {
        // Only the text that this type writes counts: no sign, no leading zeros, nothing that overflows.
        guard let time = Int64(expires), String(time) == expires, time >= 0 else { throw .malformed }
        let expected = Array(self.signature(id: id, expires: time).utf8)
        guard constantTimeEquals(Array(signature.utf8), expected) else { throw .mismatch }
        guard now < time else { throw .expired }
    }
}
