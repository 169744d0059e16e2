extension NextStep {
    /// What becomes of a delivery after an attempt that was judged.
    ///
    /// - Parameters:
    ///   - progress: where the delivery stood when the attempt began.
    ///   - schedule: the destination's delays.
    ///   - now: when the attempt ended.
    ///   - jitter: 0 to 1, drawn at random by the caller.
    package static func plan(
        after judgement: Judgement,
        progress: DeliveryProgress,
        schedule: RetrySchedule,
        now: Timestamp,
        jitter: Double
    ) -> NextStep {
        var progress = progress
        progress.attempts += 1
        progress.trigger = .scheduled
        progress.requestedBy = nil
        switch judgement.outcome {
        case .delivered:
            return .end(.delivered)
        case .rejected, .gone, .blocked:
            return .end(.dead)
        case .notReady:
            // A clock that was ahead when it began would keep it here for as long as it was ahead.
            let since = min(progress.notReadySince ?? now, now)
            progress.notReadySince = since
            if now.milliseconds(since: since) < RetrySchedule.notReadyLimit {
                let delay = RetrySchedule.notReadyDelay(afterTries: progress.notReadyTries)
                progress.notReadyTries += 1
                let due = now.advanced(byMilliseconds: RetrySchedule.jittered(delay, fraction: jitter))
                return .retry(at: due, progress: progress)
            }
            return scheduled(after: judgement, progress, schedule, now, jitter)
        case .retry, .unknown:
            progress.notReadySince = nil
            progress.notReadyTries = 0
            return scheduled(after: judgement, progress, schedule, now, jitter)
        }
    }

    private static func scheduled(
        after judgement: Judgement,
        _ progress: DeliveryProgress,
        _ schedule: RetrySchedule,
        _ now: Timestamp,
        _ jitter: Double
    ) -> NextStep {
        guard let delay = schedule.delay(afterStep: progress.step) else { return .end(.dead) }
        var progress = progress
        progress.step += 1
        let floor = max(delay, judgement.retryAfter ?? 0)
        return .retry(
            at: now.advanced(byMilliseconds: RetrySchedule.jittered(floor, fraction: jitter)),
            progress: progress
        )
    }
}
