import Deliveries
import JobQueue
import RedisClient

/// The event of a job that failed before it was in its queue.
enum FailureEvent {
    static func fields(of job: JobRecord, _ reason: String, _ traceparent: String?) -> [RedisStreamEntry.Field] {
        let at = (job.completedAt ?? job.updatedAt).rfc3339
        var data = Array(#"{"error":"#.utf8)
        data.appendJSONString(reason)
        data += Array(#","failed_at":"\#(at)","retry_count":0}"#.utf8)
        var fields = [RedisStreamEntry.Field(name: Array("data".utf8), value: data)]
        let isUnrouted = job.callbackURL == nil && job.failureURL == nil
        for (name, value) in [
            ("id", job.eventID), ("type", "job.failed"), ("job_id", job.id.text), ("queue", job.queue.text),
            ("timestamp", at), ("product_id", job.productID), ("tenant", job.tenant),
            ("callback_url", job.callbackURL), ("failure_url", job.failureURL), ("traceparent", traceparent),
            ("unrouted", isUnrouted ? "ignore" : nil),
        ] {
            guard let value else { continue }
            fields.append(RedisStreamEntry.Field(name: Array(name.utf8), value: Array(value.utf8)))
        }
        return fields
    }
}
