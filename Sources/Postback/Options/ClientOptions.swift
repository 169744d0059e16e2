import ArgumentParser
import Foundation

/// Which running Postback a command talks to.
struct ClientOptions: ParsableArguments {
    @Option(help: "Address of the API (POSTBACK_URL; default: what `up` wrote into the data directory).")
    var url: String?

    @Option(help: "API key (POSTBACK_API_KEY; default: what `up` wrote into the data directory).")
    var apiKey: String?

    @Option(
        name: [.customLong("data-dir"), .customLong("data")],
        help: "Data directory of the `up` on this machine (POSTBACK_DATA; default ./postback-data)."
    )
    var data: String?

    /// The client, or a failure that says what is missing.
    func client() throws -> APIClient { try Self.client(url: url, apiKey: apiKey, data: data) }

    /// The same from options that a command has under other names.
    static func client(url: String?, apiKey: String?, data: String?) throws -> APIClient {
        let directory = DataDirectory(path: CommonOptions.value(data, "POSTBACK_DATA") ?? "./postback-data")
        guard let address = CommonOptions.value(url, "POSTBACK_URL") ?? directory.read(.url) else {
            throw CommandFailure(
                .unavailable,
                "no running Postback is known: give --url or POSTBACK_URL, or --data DIR of the `up` on this machine"
            )
        }
        guard let base = URL(string: address), base.scheme == "http" || base.scheme == "https", base.host != nil else {
            throw CommandFailure(.badData, "--url: \(address) is not an http or https address")
        }
        let key = CommonOptions.value(apiKey, "POSTBACK_API_KEY") ?? directory.read(.apiKey)
        return APIClient(base: base, key: key)
    }
}
