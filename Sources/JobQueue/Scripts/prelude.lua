-- What every script begins with. Before it stand a line with the script's flags and `FIELDS` and `RECORD`: the names of a
-- job's fields, from the same list that the client reads them by.
--
-- Rules that all scripts keep:
--  * One script is one transition: it looks at the state, decides, and only then writes.
--  * An end is announced first and written down second. A script that fails half-way (a key of a foreign type, say) is
--    not undone, so it must be harmless to run it again: the event's id is the same, and the ledger absorbs it.
--  * Time is the server's, read once, so that no two clocks disagree about a lease.

local PREFIX = ARGV[1]
local EVENTS = KEYS[1]
local COMPLETED_RETENTION = tonumber(ARGV[3])
local FAILED_RETENTION = tonumber(ARGV[4])
local ENDED_LIMIT = tonumber(ARGV[5])
local HEADER = 5

local function argument(index) return ARGV[HEADER + index] end
local ARGUMENTS = #ARGV - HEADER

local clock = redis.call('TIME')
-- The second argument is zero but for tests, which cannot wait for minutes to pass.
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000) + tonumber(ARGV[2])

-- Numbers become text without an exponent, whatever their size.
local function whole(number) return string.format('%.0f', number) end

-- Keys

local function job_key(id) return PREFIX .. ':job:' .. id end
local function queue_key(queue) return PREFIX .. ':queue:' .. queue end
local function stream_key(queue, level) return queue_key(queue) .. ':' .. level end
local function active_key(queue) return queue_key(queue) .. ':active' end
local function delayed_key(queue) return queue_key(queue) .. ':delayed' end
local function ended_key(queue, status) return queue_key(queue) .. ':' .. status end
local function bell_key(queue) return queue_key(queue) .. ':bell' end
local QUEUES = PREFIX .. ':queues'
local INDEX = PREFIX .. ':index'
local LIVE = PREFIX .. ':live'
local WORKERS = PREFIX .. ':workers'
local CHANGES = PREFIX .. ':changes'
local ARCHIVE = PREFIX .. ':ended'
local FENCE = PREFIX .. ':fence'
local DURATIONS = PREFIX .. ':durations'
local DUE_BELL = PREFIX .. ':due-bell'
local function worker_key(name) return PREFIX .. ':worker:' .. name end
local function control_key(name) return PREFIX .. ':worker:' .. name .. ':control' end

-- `again` is for what a worker gave back or lost: it has waited its turn, so it goes before the priorities.
local LEVELS = { 'again', 'high', 'normal', 'low' }

-- Jobs

-- A job's fields by name, without its payload; nil where a field is not set.
local function read(id)
    local values = redis.call('HMGET', job_key(id), unpack(FIELDS))
    local job = {}
    for index, name in ipairs(FIELDS) do job[name] = values[index] or nil end
    if not job.id then return nil end
    return job
end

-- The job as it is answered: one value for each name of RECORD, in order.
local function record(job)
    local values = {}
    for index, name in ipairs(RECORD) do values[index] = job[name] or '' end
    return values
end

-- Sets fields, of the hash and of the table that was read from it; an empty text removes one.
local function update(job, changes)
    local set, removed = {}, {}
    for name, value in pairs(changes) do
        if value == '' then
            job[name] = nil
            removed[#removed + 1] = name
        else
            job[name] = value
            set[#set + 1] = name
            set[#set + 1] = value
        end
    end
    if #set > 0 then redis.call('HSET', job_key(job.id), unpack(set)) end
    if #removed > 0 then redis.call('HDEL', job_key(job.id), unpack(removed)) end
end

-- Tells those who watch that a job changed. They read the job again, so old news may be cut off.
local function changed(id)
    redis.call('XADD', CHANGES, 'MAXLEN', '~', '1000', '*', 'id', id)
end

-- Sorts by the time of submission, and then by id.
local function index_member(job) return string.format('%015.0f:%s', tonumber(job.created_at), job.id) end

-- Waiting

-- Wakes one idle worker of a queue. Few tokens are enough: whoever wakes goes on until nothing is left.
local function ring(queue)
    local bell = bell_key(queue)
    if redis.call('LLEN', bell) < 16 then redis.call('RPUSH', bell, '1') end
end

local function waiting(queue)
    local count = 0
    for _, level in ipairs(LEVELS) do count = count + redis.call('XLEN', stream_key(queue, level)) end
    return count
end

-- Puts a job at the end of one of its queue's streams, with `changes` to its other fields.
local function enqueue(job, level, changes)
    local sequence = whole(redis.call('HINCRBY', queue_key(job.queue), 'sequence:' .. level, 1))
    local entry = redis.call('XADD', stream_key(job.queue, level), '*', 'id', job.id, 'at', whole(now), 'sequence', sequence)
    changes.status = 'queued'
    changes.level = level
    changes.entry = entry
    changes.sequence = sequence
    changes.updated_at = whole(now)
    changes.next_retry_at = ''
    changes.worker = ''
    update(job, changes)
    ring(job.queue)
    changed(job.id)
end

-- Makes a job wait for a time.
local function delay(job, at, changes)
    local first = redis.call('ZRANGE', delayed_key(job.queue), 0, 0, 'WITHSCORES')
    redis.call('ZADD', delayed_key(job.queue), whole(at), job.id)
    changes.status = 'scheduled'
    changes.updated_at = whole(now)
    changes.worker = ''
    update(job, changes)
    -- An idle worker sleeps until the earliest time that it knew of.
    if (not first[2] or at < tonumber(first[2])) and redis.call('LLEN', DUE_BELL) == 0 then
        redis.call('RPUSH', DUE_BELL, '1')
    end
    changed(job.id)
end

-- Those ahead of a waiting job and itself. Exact for the first hundred of a stream; further back, those that were cancelled in
-- between are counted too.
local function position(job)
    if job.status ~= 'queued' or not job.level then return false end
    local ahead = 0
    for _, level in ipairs(LEVELS) do
        local key = stream_key(job.queue, level)
        if level == job.level then
            local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
            if not first then return false end
            -- An entry that somebody else made may stand there without a number.
            local head = tonumber(first[2][6])
            local place = head and tonumber(job.sequence) - head + 1 or 0
            if place <= 100 then
                place = #redis.call('XRANGE', key, '-', job.entry, 'COUNT', 100)
            else
                place = math.min(place, redis.call('XLEN', key))
            end
            return ahead + math.max(place, 1)
        end
        ahead = ahead + redis.call('XLEN', key)
    end
    return false
end

-- Ends

-- Days since 1970 to a date, counted in eras of 400 years (146,097 days) that begin on the first of March.
local function rfc3339(milliseconds)
    local seconds = math.floor(milliseconds / 1000)
    local days = math.floor(seconds / 86400)
    local rest = seconds - days * 86400
    local shifted = days + 719468
    local era = math.floor(shifted / 146097)
    local day_of_era = shifted - era * 146097
    local year_of_era = math.floor((day_of_era - math.floor(day_of_era / 1460) + math.floor(day_of_era / 36524)
        - math.floor(day_of_era / 146096)) / 365)
    local day_of_year = day_of_era - (365 * year_of_era + math.floor(year_of_era / 4) - math.floor(year_of_era / 100))
    local march_month = math.floor((5 * day_of_year + 2) / 153)
    local day = day_of_year - math.floor((153 * march_month + 2) / 5) + 1
    local month = march_month < 10 and march_month + 3 or march_month - 9
    local year = year_of_era + era * 400 + (month <= 2 and 1 or 0)
    local fraction = milliseconds - seconds * 1000
    local text = string.format('%04d-%02d-%02dT%02d:%02d:%02d', year, month, day, math.floor(rest / 3600),
        math.floor(rest / 60) % 60, rest % 60)
    if fraction > 0 then text = text .. string.format('.%03d', fraction) end
    return text .. 'Z'
end

-- A JSON string. The slash needs no escape, and URLs are easier to read without.
local function quote(text) return (string.gsub(cjson.encode(text), '\\/', '/')) end

-- Removes an ended job for good; its permanent record is in the archive.
local function forget(job)
    redis.call('DEL', job_key(job.id))
    redis.call('ZREM', INDEX, index_member(job))
    redis.call('ZREM', ended_key(job.queue, job.status), job.id)
end

-- Removes ended jobs of a queue that are too old or too many, at most `count`.
local function expire(queue, status, count)
    local key = ended_key(queue, status)
    local retention = status == 'completed' and COMPLETED_RETENTION or FAILED_RETENTION
    local old = redis.call('ZRANGEBYSCORE', key, '-inf', whole(now - retention), 'LIMIT', 0, count)
    local excess = redis.call('ZCARD', key) - #old - ENDED_LIMIT
    if excess > 0 and #old < count then
        local first = #old
        for _, id in ipairs(redis.call('ZRANGE', key, first, first + math.min(excess, count - first) - 1)) do
            old[#old + 1] = id
        end
    end
    for _, id in ipairs(old) do
        local job = read(id)
        if job and job.status == status then
            forget(job)
        else
            redis.call('ZREM', key, id)
        end
    end
    return #old
end

-- Ends a job: `completed`, `failed` or `cancelled`. The event, the archive's entry and the state are one script.
-- A script allows itself memory (flag allow-oom) where it ends jobs: that is what makes room.
local function finish(job, status, changes)
    local number = (tonumber(job.ends) or 0) + 1
    local event_id = job.id .. ':' .. whole(number)
    local at = rfc3339(now)
    local data
    if status == 'completed' then
        data = '{"result":' .. changes.result .. ',"completed_at":"' .. at .. '"}'
    elseif status == 'failed' then
        data = '{"error":' .. quote(changes.error) .. ',"failed_at":"' .. at .. '","retry_count":'
            .. (job.retry_count or '0') .. '}'
    else
        local by = changes.cancelled_by ~= '' and changes.cancelled_by
        data = '{"cancelled_at":"' .. at .. '","cancelled_by":' .. (by and quote(by) or 'null') .. '}'
    end
    local event = { 'id', event_id, 'type', 'job.' .. status, 'data', data, 'job_id', job.id, 'queue', job.queue,
        'timestamp', at }
    for _, name in ipairs({ 'product_id', 'tenant', 'callback_url', 'failure_url', 'traceparent' }) do
        if job[name] then
            event[#event + 1] = name
            event[#event + 1] = job[name]
        end
    end
    -- Without a URL it may have no route either, and need not.
    if not job.callback_url and (status == 'completed' or not job.failure_url) then
        event[#event + 1] = 'unrouted'
        event[#event + 1] = 'ignore'
    end
    redis.call('XADD', EVENTS, '*', unpack(event))

    local entry, level = job.entry, job.level
    local previous = job.status
    changes.status = status
    changes.ends = whole(number)
    changes.event_id = event_id
    changes.completed_at = whole(now)
    changes.updated_at = whole(now)
    changes.worker = ''
    changes.next_retry_at = ''
    changes.cancel_requested = ''
    changes.cancelled_by = changes.cancelled_by or ''
    changes.entry = ''
    changes.level = ''
    changes.sequence = ''
    local archived = {}
    for _, name in ipairs(RECORD) do
        local value = changes[name] or job[name]
        if value and value ~= '' then
            archived[#archived + 1] = name
            archived[#archived + 1] = value
        end
    end
    redis.call('XADD', ARCHIVE, '*', unpack(archived))

    update(job, changes)
    -- Nobody runs it again, and payloads are the larger part.
    if status == 'completed' then redis.call('HDEL', job_key(job.id), 'payload') end
    if previous == 'queued' and entry then redis.call('XDEL', stream_key(job.queue, level), entry) end
    redis.call('ZREM', active_key(job.queue), job.id)
    redis.call('ZREM', delayed_key(job.queue), job.id)
    redis.call('SREM', LIVE, job.id)
    redis.call('ZADD', ended_key(job.queue, status), whole(now), job.id)
    expire(job.queue, status, 2)
    changed(job.id)
end

-- Leases

-- The job, if the caller's lease still counts; otherwise nil and the answer. `word` is what the caller says of the run: said
-- twice, because the first answer was lost, it is not an error.
local function under_lease(id, fence, word)
    local job = read(id)
    if job and job.status == 'processing' and job.fence == fence then return job end
    if job and word and job.said == word .. ':' .. fence then return nil, { 'said' } end
    return nil, { 'lost' }
end
