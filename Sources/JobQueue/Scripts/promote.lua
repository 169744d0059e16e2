-- Moves what has become due into its stream, and says when to look again: ms until the next is due, or -1. Any worker does this;
-- there is no leader. Argument: the most to move from each queue.
local count = tonumber(argument(1))
local moved, earliest = 0, nil
for _, queue in ipairs(redis.call('SMEMBERS', QUEUES)) do
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', delayed_key(queue), '-inf', NOW, 'LIMIT', 0, count)) do
        local job = read(id)
        if job and job.status == 'scheduled' then
            enqueue(job, job.priority, {})
            changed(id)
            moved = moved + 1
        end
        redis.call('ZREM', delayed_key(queue), id)
    end
    local first = tonumber(redis.call('ZRANGE', delayed_key(queue), 0, 0, 'WITHSCORES')[2])
    if first then earliest = math.min(earliest or first, first) end
end
return { moved, earliest and math.max(earliest - now, 0) or -1 }
