import CCurl

/// What is set up once for the process.
enum CurlLibrary {
    /// Whether the library's global state could be set up. It is never torn down: there is no moment at which no sender
    /// could be made any more.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// The file of the authorities that libcurl was built to trust.
    static let authoritiesFile: String? = unsafe postback_curl_authorities_file().map { unsafe String(cString: $0) }
}
