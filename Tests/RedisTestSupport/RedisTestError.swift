/// Why a test's server could not do as asked.
package struct RedisTestError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
