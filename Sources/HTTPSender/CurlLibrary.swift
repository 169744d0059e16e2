import CCurl

/// What is set up once for the process.
enum CurlLibrary {
    /// Whether the library's global state could be set up. It is never torn down: there is no moment at which no sender
    /// could be made any more.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// The file of the authorities that libcurl was built to trust.
    static let authoritiesFile: String? = unsafe postback_curl_authorities_file().map { unsafe String(cString: $0) }

    /// Whether an easy handle may be used for one request after the other.
    ///
    /// Before 8.1.0 a handle that is used again keeps a pointer to the last header field of its last answer, which has been
    /// freed. An answer whose header section begins with a folded line has libcurl read and write there
    /// (https://github.com/curl/curl/pull/11103).
    static let handlesCanBeReused = postback_curl_version() >= 0x08_01_00
}
