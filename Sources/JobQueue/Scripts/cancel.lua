-- Somebody wants a job cancelled. Arguments: job, who.
local job = read(argument(1))
if not job then return { 'unknown' } end
if job.status == 'processing' then
    if not job.cancel_requested then
        update(job, { cancel_requested = '1', cancelled_by = argument(2), updated_at = NOW })
        changed(job.id)
    end
    -- The mark lasts and is seen by the next heartbeat; this is only faster.
    local control = control_key(job.worker or '')
    if redis.call('LLEN', control) < 16 then redis.call('RPUSH', control, job.id) end
    redis.call('PEXPIRE', control, 60000)
    return { 'requested', record(job) }
end
if job.status ~= 'queued' and job.status ~= 'scheduled' then return { 'ended', job.status } end
finish(job, 'cancelled', { cancelled_by = argument(2), stage = '' })
return { 'cancelled', record(job) }
