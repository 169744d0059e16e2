-- Somebody wants an ended job run again, with all its tries. Arguments: job, capacity of its queue.
local job = read(argument(1))
if not job then return { 'unknown' } end
if job.status == 'completed' then return { 'completed' } end
if job.status ~= 'failed' and job.status ~= 'cancelled' then return { 'running', job.status } end
if redis.call('HEXISTS', job_key(job.id), 'payload') == 0 then return { 'expired' } end
local ahead = waiting(job.queue)
if ahead + redis.call('ZCARD', delayed_key(job.queue)) >= tonumber(argument(2)) then return { 'full' } end
redis.call('ZREM', ended_key(job.queue, job.status), job.id)
redis.call('SADD', LIVE, job.id)
enqueue(job, job.priority, {
    retry_count = '0', recoveries = '', progress = '0', stage = '', completed_at = '', started_at = '', event_id = '',
    error = '', cancel_requested = '', cancelled_by = '', run_at = '',
})
changed(job.id)
return { 'queued', record(job) }
