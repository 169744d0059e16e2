/// The version of this program.
enum PostbackVersion {
    /// As in CHANGELOG.md.
    static let current = "0.1.0"
    /// What receivers see. A bare `name/1.0` would be refused by n8n's Ignore Bots (contract section 4).
    static let userAgent = "Postback/\(current) (webhook; swift)"
}
