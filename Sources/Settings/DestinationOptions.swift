import Deliveries

/// Reads what a destination takes besides its URL and secrets; the same for routes and for `callbacks`.
///
/// | key | value | default |
/// | --- | --- | --- |
/// | `headers` | fields sent besides Postback's own, at most 32 and 8 KiB; a value may be `env:NAME` or `file:PATH` | none |
/// | `jwt` | `true`: a JSON Web Token in `authorization` | `false` |
/// | `body` | `flat` or `standard` | `flat` |
/// | `timeout` | the whole exchange, 1s to 10m | `30s` |
/// | `connect_timeout` | until the connection stands, 100ms to 60s, at most `timeout` | `5s`, or `timeout` if that is less |
/// | `retries` | delays before retries, each 1s to 7d, at most 50; `[]`: no retries | the contract's schedule |
/// | `concurrency` | requests at once, 1 to 1000 | 32 |
/// | `rate` | requests in a time: `100/s`, `30/m`, `500/h` | no limit |
/// | `profile` | `n8n` or `generic` | `n8n` |
enum DestinationOptions {
    static let keys = [
        "headers", "jwt", "body", "timeout", "connect_timeout", "retries", "concurrency", "rate", "profile",
    ]
    private static let retryLimit = 50

    /// The policy; an option with a problem has its default in it.
    static func read(_ source: some SettingSource) -> DestinationPolicy {
        var policy = DestinationPolicy()
        policy.jwt = source.flag("jwt") ?? policy.jwt
        policy.headers = HeaderReader.read(source, jwt: policy.jwt)
        policy.body = source.choice("body") ?? policy.body
        policy.profile = source.choice("profile") ?? policy.profile
        policy.concurrency = source.integer("concurrency", in: 1...1000) ?? policy.concurrency
        policy.retries = retries(source) ?? policy.retries
        policy.rate = rate(source)
        readTimeouts(source, &policy)
        return policy
    }

    private static func readTimeouts(_ source: some SettingSource, _ policy: inout DestinationPolicy) {
        if let timeout = source.duration("timeout", in: .seconds(1) ... .minutes(10)) {
            policy.timeout = timeout.wholeMilliseconds
        }
        policy.connectTimeout = min(policy.connectTimeout, policy.timeout)
        guard let text = source.text("connect_timeout"),
            let connect = text.duration(in: .milliseconds(100) ... .seconds(60), source.context)
        else { return }
        guard connect.wholeMilliseconds <= policy.timeout else {
            source.context.report(
                text.place,
                "must not be longer than timeout (\(Duration.milliseconds(policy.timeout).settingText))"
            )
            return
        }
        policy.connectTimeout = connect.wholeMilliseconds
    }

    private static func retries(_ source: some SettingSource) -> RetrySchedule? {
        guard let texts = source.texts("retries", limit: retryLimit) else { return nil }
        let delays = texts.compactMap { $0.duration(in: .seconds(1) ... .days(7), source.context) }
        return RetrySchedule(delays: delays.map(\.wholeMilliseconds))
    }

    private static func rate(_ source: some SettingSource) -> DeliveryRate? {
        guard let text = source.text("rate") else { return nil }
        guard let rate = DeliveryRate(text.text) else {
            source.context.report(
                text.place,
                "must be a number of requests from 1 to 1000000 and a time: 100/s, 30/m, 500/h"
            )
            return nil
        }
        return rate
    }
}
