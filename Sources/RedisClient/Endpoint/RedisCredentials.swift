/// What `AUTH` is sent with. Its description and its mirror never show the password.
package struct RedisCredentials: Hashable, Sendable {
    /// `nil`: the server's default user (`AUTH password`).
    package var username: String?
    package var password: String

    package init(username: String? = nil, password: String) {
        self.username = username
        self.password = password
    }
}

extension RedisCredentials: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(username ?? "default"):***" }

    package var customMirror: Mirror { Mirror(self, children: ["credentials": description]) }
}
