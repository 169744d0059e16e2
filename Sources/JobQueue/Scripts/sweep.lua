-- The slow housekeeping: removes what is kept long enough, forgets workers that no longer beat, and mends jobs that stand in no
-- index (a key lost to an eviction or to a hand). Arguments: the most to remove from each queue, jobs to look at, lease
-- in ms.
local count, page, lease = tonumber(argument(1)), argument(2), tonumber(argument(3))
local removed, mended = 0, 0
for _, queue in ipairs(redis.call('SMEMBERS', QUEUES)) do
    for _, status in ipairs({ 'completed', 'failed', 'cancelled' }) do removed = removed + expire(queue, status, count) end
end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', WORKERS, '-inf', NOW)) do
    redis.call('DEL', worker_key(name), control_key(name))
    redis.call('ZREM', WORKERS, name)
end

local cursor = redis.call('GET', PREFIX .. ':sweep') or '0'
local reply = redis.call('SSCAN', LIVE, cursor, 'COUNT', page)
redis.call('SET', PREFIX .. ':sweep', reply[1])
for _, id in ipairs(reply[2]) do
    local job = read(id)
    if not job then
        redis.call('SREM', LIVE, id)
    elseif job.status == 'processing' then
        if not redis.call('ZSCORE', active_key(job.queue), id) then
            -- Its worker may be at it, and renews this; or it is recovered as from a dead one.
            redis.call('ZADD', active_key(job.queue), whole(now + lease), id)
            mended = mended + 1
        end
    elseif job.status == 'queued' or not job.status then
        -- One without a state was left half-way by an earlier version.
        local key = job.level and stream_key(job.queue, job.level)
        if not key or #redis.call('XRANGE', key, job.entry, job.entry) == 0 then
            enqueue(job, job.priority, {})
            changed(id)
            mended = mended + 1
        end
    elseif job.status == 'scheduled' then
        if not redis.call('ZSCORE', delayed_key(job.queue), id) then
            redis.call('ZADD', delayed_key(job.queue), job.next_retry_at or job.run_at or NOW, id)
            mended = mended + 1
        end
    else
        redis.call('SREM', LIVE, id)
    end
end
return { removed, mended }
