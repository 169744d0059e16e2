import API
import Deliveries
import RedisClient

/// Puts events that came over HTTP on the stream, where every other worker puts them.
struct StreamPublisher: EventPublishing {
    let redis: RedisClient
    let stream: String

    func publish(_ fields: [EventField]) async throws(PublishError) -> String {
        do {
            return try await redis.stream(stream).add(
                fields.map { RedisStreamEntry.Field(name: $0.name, value: $0.value) }
            )
        } catch  where error.code == .server {
            throw .refused(reason: error.message)
        } catch {
            throw .unavailable
        }
    }
}
