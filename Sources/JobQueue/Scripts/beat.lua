-- A worker is alive, and renews its leases. Arguments: name, how long the record is kept in ms, lease in ms, state, queues, concurrency,
-- started_at, processor time in ms, bytes of memory (both empty: not known), then for each lease: job, fence. An answer for each lease.
local name, keep, lease = argument(1), tonumber(argument(2)), tonumber(argument(3))
local answers, jobs = {}, {}
for index = 10, ARGUMENTS, 2 do
    local job = under_lease(argument(index), argument(index + 1))
    if not job then
        answers[#answers + 1] = 'lost'
    else
        -- Also one whose time is over, as long as nobody has taken it: it is this worker's until then.
        redis.call('ZADD', active_key(job.queue), whole(now + lease), job.id)
        jobs[#jobs + 1] = job.id
        answers[#answers + 1] = job.cancel_requested and 'cancel' or 'held'
    end
end
redis.call('HSET', worker_key(name), 'name', name, 'state', argument(4), 'queues', argument(5), 'concurrency', argument(6),
    'started_at', argument(7), 'processor_ms', argument(8), 'memory', argument(9), 'jobs', table.concat(jobs, ','), 'beat_at', NOW)
redis.call('ZADD', WORKERS, whole(now + keep), name)
return answers
