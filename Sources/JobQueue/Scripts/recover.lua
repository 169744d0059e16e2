-- Takes jobs from workers whose leases have ended, and puts them first in their queues. Each time counts: a job that takes its
-- worker down again and again is ended. Arguments: how often a job is recovered, the most to take, how long Redis must have answered in
-- ms, then the jobs that the asker holds itself. Answers: put back, ended, kept, and ms until the next lease ends, or -1.
local limit, count, settled = tonumber(argument(1)), tonumber(argument(2)), tonumber(argument(3))
local held = {}
for index = 4, ARGUMENTS do held[argument(index)] = true end

-- After a restart of Redis every lease looks over, while the workers live. They get time to come back and renew.
-- Counted from the first look at this run of the server: its own uptime began before it had loaded its data.
if settled > 0 then
    local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
    local seen = redis.call('HMGET', SERVER, 'run', 'at')
    local since = seen[1] == run and tonumber(seen[2]) or nil
    if not since or since > now then
        redis.call('HSET', SERVER, 'run', run, 'at', NOW)
        since = now
    end
    if now - since < settled then return { 0, 0, 0, settled - (now - since) } end
end

local requeued, ended, kept, earliest = 0, 0, 0, nil
for _, queue in ipairs(redis.call('SMEMBERS', QUEUES)) do
    -- All that are over, not a first page of them: those that are kept must not hide the others.
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', active_key(queue), '-inf', NOW)) do
        if requeued + ended == count then
            earliest = now
            break
        end
        local job = read(id)
        if not job or job.status ~= 'processing' then
            no_longer_active(queue, id)
        elseif held[id] then
            -- Late, but alive: the next heartbeat renews it. Taken here, it would run twice in one process.
            kept = kept + 1
        elseif job.cancel_requested then
            finish(job, 'cancelled', { stage = '', cancelled_by = job.cancelled_by })
            ended = ended + 1
        elseif (tonumber(job.recoveries) or 0) >= limit then
            finish(job, 'failed', {
                stage = '', error = 'crash loop: ' .. whole(limit + 1) .. ' workers died with it or lost it',
            })
            ended = ended + 1
        else
            local recoveries = (tonumber(job.recoveries) or 0) + 1
            enqueue(job, 'again', { recoveries = whole(recoveries), progress = '0', stage = '' })
            changed(id)
            no_longer_active(queue, id)
            requeued = requeued + 1
        end
    end
    local first = redis.call('ZRANGEBYSCORE', active_key(queue), '(' .. NOW, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if first[2] then earliest = math.min(earliest or tonumber(first[2]), tonumber(first[2])) end
end
return { requeued, ended, kept, earliest and math.max(earliest - now, 0) or -1 }
