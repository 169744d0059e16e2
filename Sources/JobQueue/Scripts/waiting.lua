-- Waiting: the streams of a queue, and the jobs that wait for a time.

-- `again` is for what a worker gave back or lost: it has waited its turn, so it goes before the priorities.
local LEVELS = { 'again', 'high', 'normal', 'low' }

-- Wakes one idle worker of a queue, or one for each of `count` jobs. Few tokens are enough: whoever wakes goes on until nothing
-- is left.
local function ring(queue, count)
    local bell = bell_key(queue)
    for _ = 1, math.min(count or 1, 16 - redis.call('LLEN', bell)) do redis.call('RPUSH', bell, '1') end
end

-- The jobs that wait in a queue, and how many of them in each stream.
local function waiting(queue)
    local count, lengths = 0, {}
    for _, level in ipairs(LEVELS) do
        lengths[level] = redis.call('XLEN', stream_key(queue, level))
        count = count + lengths[level]
    end
    return count, lengths
end

-- Sets aside the next `count` numbers of one of a queue's streams, and answers the last of them.
local function number(queue, level, count)
    return redis.call('HINCRBY', queue_key(queue), 'sequence:' .. level, count)
end

-- Puts an id at the end of one of a queue's streams, under a number. Answers the entry.
local function append(queue, level, id, sequence)
    return redis.call('XADD', stream_key(queue, level), '*', 'id', id, 'at', NOW, 'sequence', sequence)
end

-- The same with a job, and `changes` to its other fields. Whoever may be watching it has to be told (`changed`).
local function enqueue(job, level, changes)
    changes.sequence = whole(number(job.queue, level, 1))
    changes.entry = append(job.queue, level, job.id, changes.sequence)
    changes.status = 'queued'
    changes.level = level
    changes.updated_at = NOW
    changes.next_retry_at = ''
    changes.worker = ''
    update(job, changes)
    ring(job.queue)
end

-- Puts an id among those that wait for a time.
local function put_off(queue, id, at)
    local first = redis.call('ZRANGE', delayed_key(queue), 0, 0, 'WITHSCORES')
    redis.call('ZADD', delayed_key(queue), whole(at), id)
    -- An idle worker sleeps until the earliest time that it knew of.
    if (not first[2] or at < tonumber(first[2])) and redis.call('LLEN', DUE_BELL) == 0 then
        redis.call('RPUSH', DUE_BELL, '1')
    end
end

-- The same with a job, and `changes` to its other fields. Whoever may be watching it has to be told.
local function delay(job, at, changes)
    put_off(job.queue, job.id, at)
    changes.status = 'scheduled'
    changes.updated_at = NOW
    changes.worker = ''
    update(job, changes)
end
