import ArgumentParser
import Foundation

/// Which running Postback a command talks to.
struct ClientOptions: ParsableArguments {
    @Option(help: "Address of the API (POSTBACK_URL; default: what `up` wrote into the data directory).")
    var url: String?

    @Option(
        help:
            "API key (POSTBACK_API_KEY; default, for an address on this machine: what `up` wrote into the data directory)."
    )
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
                "no running Postback is known: give --url or POSTBACK_URL, or --data-dir DIR of the `up` on this machine"
            )
        }
        guard let base = URL(string: address), base.scheme == "http" || base.scheme == "https", base.host != nil else {
            throw CommandFailure(.badData, "--url: \(address) is not an http or https address")
        }
        let given = CommonOptions.value(apiKey, "POSTBACK_API_KEY")
        return APIClient(base: base, key: given ?? (isLocal(base, directory) ? directory.read(.apiKey) : nil))
    }

    /// Whether the key of this machine's `up` may be sent there: to nobody who was named but lives elsewhere.
    private static func isLocal(_ base: URL, _ directory: DataDirectory) -> Bool {
        let bare = { (text: String) in text.hasSuffix("/") ? String(text.dropLast()) : text }
        return directory.read(.url).map(bare) == bare(base.absoluteString)
            || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(base.host ?? "")
    }
}
