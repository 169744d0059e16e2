internal import Logging

/// The keys of this module's log metadata.
enum LogKey {
    static let endpoint = "redis.endpoint"
    static let errorCode = "redis.error.code"
    static let errorMessage = "redis.error.message"

    static func metadata(_ error: RedisError) -> Logger.Metadata {
        [errorCode: "\(error.code.rawValue)", errorMessage: "\(error.message)"]
    }
}
