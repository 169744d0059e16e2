-- A run failed. Arguments: job, fence, error, `1` if another try can help, then the pauses before the tries in ms.
local job, answer = under_lease(argument(1), argument(2), 'fail')
if not job then return answer end
local message, can_retry = argument(3), argument(4) == '1'
local said = 'fail:' .. argument(2)
if can_retry and job.cancel_requested then
    -- Nobody wants another try.
    finish(job, 'cancelled', { said = said, error = message, cancelled_by = job.cancelled_by })
    return { 'ended', 'cancelled' }
end
local tries = tonumber(job.retry_count) or 0
if can_retry and tries < (tonumber(job.max_retries) or 0) then
    local pauses = ARGUMENTS - 4
    local at = now + tonumber(argument(4 + math.min(tries + 1, pauses)))
    delay(job, at, {
        said = said, error = message, retry_count = whole(tries + 1), next_retry_at = whole(at), stage = '',
    })
    changed(job.id)
    no_longer_active(job.queue, job.id)
    return { 'retry', whole(at) }
end
finish(job, 'failed', { said = said, error = message, stage = '' })
return { 'ended', 'failed' }
