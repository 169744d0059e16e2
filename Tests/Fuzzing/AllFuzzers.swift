/// Every fuzzer there is.
package enum AllFuzzers {
    /// One of each, in the order in which they are listed.
    package static let list: [any Fuzzer] = [
        EventFieldsFuzzer(), JSONScanFuzzer(), URLFuzzer(), RetryAfterFuzzer(), RedisReplyFuzzer(),
        ConfigurationFuzzer(), SignatureVerifierFuzzer(),
    ]
}
