/// Header fields of a receiver's answer whose values may let someone in: they are named, but not shown.
enum SensitiveHeaders {
    /// What is shown instead of a value.
    static let replacement = "[redacted]"

    private static let parts = [
        "cookie", "authorization", "authentication-info", "token", "secret", "password", "session",
    ]
    private static let keys = ["api-key", "apikey", "api_key", "access-key", "private-key"]

    /// Whether the value of a field of this name is kept back, whatever its case.
    static func contains(_ name: String) -> Bool {
        let name = name.lowercased()
        return (parts + keys).contains { name.contains($0) }
    }
}
