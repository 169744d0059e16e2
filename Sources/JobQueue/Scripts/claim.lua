-- Gives a worker one job under a lease. Arguments: worker, lease in ms, `1` for strict order, then queues in the order in which they
-- are asked, each with the most jobs that may run in it at once (0: no limit).
local worker, lease, strict = argument(1), tonumber(argument(2)), argument(3) == '1'

-- Ten turns: six for high, three for normal, one for low. A level without jobs gives its turn to the highest that has one.
local TURNS = { 'high', 'normal', 'high', 'high', 'normal', 'high', 'low', 'high', 'normal', 'high' }

local NEEDED = {
    'id', 'queue', 'status', 'entry', 'stage', 'payload', 'kind', 'tenant', 'product_id', 'code', 'retry_count', 'max_retries',
    'timeout_ms',
}

-- Takes the first job that really waits off a stream. Entries of jobs that are gone, or that wait elsewhere, are dropped.
local function take(queue, level)
    local key = stream_key(queue, level)
    for _ = 1, 100 do
        local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
        if not first then return nil end
        redis.call('XDEL', key, first[1])
        local job = first[2][2] and read(first[2][2], NEEDED)
        if job and job.status == 'queued' and job.entry == first[1] and job.queue == queue then return job end
    end
    -- Others wait behind: whoever comes next goes on.
    ring(queue)
    return nil
end

local function next_job(queue, last_turn)
    local job = take(queue, 'again')
    if job then return job end
    local turn
    if not strict then
        turn = last_turn % #TURNS + 1
        job = take(queue, TURNS[turn])
    end
    for index = 2, #LEVELS do
        job = job or take(queue, LEVELS[index])
    end
    if job and turn then redis.call('HSET', queue_key(queue), 'turn', whole(turn)) end
    return job
end

for index = 4, ARGUMENTS, 2 do
    local queue, limit = argument(index), tonumber(argument(index + 1))
    local state = redis.call('HMGET', queue_key(queue), 'paused', 'turn')
    local is_paused = state[1]
    local is_limited = limit > 0 and redis.call('ZCARD', active_key(queue)) >= limit
    local job
    if not is_paused and not is_limited then job = next_job(queue, tonumber(state[2]) or 0) end
    -- Whoever ends a job of it wakes a worker then.
    if is_limited and not is_paused and waiting(queue) > 0 then redis.call('HSET', queue_key(queue), 'limited', '1') end
    if job then
        -- A server that was emptied, or lost its last writes, has forgotten what it gave out. No worker of before may pass for one of
        -- after, so a fence is never below the clock; fewer than a million claims a second, on average, stay below it.
        local last = tonumber(redis.call('GET', FENCE) or 0) or 0
        local fence = math.max(last + 1, tonumber(clock[1]) * 1000000 + tonumber(clock[2]))
        redis.call('SET', FENCE, whole(fence))
        redis.call('ZADD', active_key(queue), whole(now + lease), job.id)
        -- Where it waited stays written there; it counts only while the job is queued.
        update(job, {
            status = 'processing', worker = worker, fence = whole(fence), started_at = NOW, updated_at = NOW,
            progress = '0', stage = '',
        })
        changed(job.id)
        return {
            job.id, queue, job.fence, job.payload or '{}', job.kind or '', job.tenant or '', job.product_id or '', job.code or '',
            job.retry_count or '0', job.max_retries or '0', job.timeout_ms or '0',
        }
    end
    -- Nothing for anybody here: tokens that are left, or that are still to come, would only wake workers for nothing.
    if is_paused or waiting(queue) == 0 then
        redis.call('DEL', bell_key(queue))
        redis.call('HDEL', queue_key(queue), 'limited')
    end
end
return false
