import Deliveries
import JobQueue
import Ledger

extension JobView {
    /// The members of a job (contract section 5), and what a list of jobs needs besides.
    var members: [(name: String, value: JSON)] {
        [
            ("job_id", .string(record.id.text)),
            ("status", JSON(record.status)),
            ("progress", JSON(record.status == .completed ? 100 : record.progress.percent)),
            ("stage", JSON(record.progress.stage)),
            ("result", record.result.map(JSON.verbatim) ?? .null),
            ("error", JSON(record.error)),
            ("retry_count", JSON(record.retryCount)),
            ("max_retries", JSON(record.maxRetries)),
            ("next_retry_at", JSON(record.nextRetryAt)),
            ("created_at", JSON(record.createdAt)),
            ("started_at", JSON(record.startedAt)),
            ("updated_at", JSON(record.updatedAt)),
            ("completed_at", JSON(record.completedAt)),
            ("estimated_completion", JSON(estimatedCompletion)),
            ("position_in_queue", JSON(position)),
            ("callback", callbackJSON),
            ("queue", .string(record.queue.text)),
            ("priority", JSON(record.priority)),
            ("product_id", JSON(record.productID)),
            ("code", JSON(record.code)),
            ("tenant", JSON(record.tenant)),
            ("run_at", JSON(record.runAt)),
            ("cancelled_by", JSON(record.cancelledBy)),
        ]
    }

    /// Whether and when the end was delivered; `null` when nobody is called. URLs are shown without their query, which may
    /// hold a token.
    private var callbackJSON: JSON {
        guard let url = callback?.url ?? url else { return .null }
        return [
            "url": .string(url.withoutQuery),
            "status": JSON(callback?.status),
            "delivered": JSON(callback?.status == .delivered),
            "delivered_at": JSON(callback.flatMap { $0.status == .delivered ? $0.endedAt : nil }),
            "event_id": JSON(record.eventID),
            "delivery_id": JSON(callback?.id.description),
            "attempts": JSON(callback?.attempts ?? 0),
            "next_attempt_at": JSON(callback?.nextAttemptAt),
            "last_status_code": JSON(callback?.lastStatusCode),
            "last_error": JSON(callback?.lastError),
        ]
    }

    /// The URL of the job's own that its end goes to.
    private var url: String? {
        switch record.status {
        case .failed, .cancelled: record.failureURL ?? record.callbackURL
        case .scheduled, .queued, .processing, .completed: record.callbackURL
        }
    }

    /// What a watcher can see change. Two views that are the same in this are the same news.
    var news: JobNews {
        JobNews(
            status: record.status,
            progress: record.progress,
            retryCount: record.retryCount,
            error: record.error,
            position: position
        )
    }
}
