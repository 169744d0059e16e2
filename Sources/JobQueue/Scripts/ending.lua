-- Ending: events, the archive, and what is kept of ended jobs.

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
    -- Fails on a key of a foreign type, before anything is done: what is announced and not written down in the job would be announced again,
    -- with another time, and so as another event.
    redis.call('XLEN', ARCHIVE)
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
    changes.completed_at = NOW
    changes.updated_at = NOW
    changes.worker = ''
    changes.next_retry_at = ''
    changes.cancel_requested = ''
    changes.cancelled_by = changes.cancelled_by or ''
    changes.entry = ''
    changes.level = ''
    changes.sequence = ''
    if status == 'completed' then
        -- Nobody runs it again, and payloads are the larger part.
        job.payload = true
        changes.payload = ''
    end
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
    if previous == 'queued' and entry then redis.call('XDEL', stream_key(job.queue, level), entry) end
    if previous == 'processing' then no_longer_active(job.queue, job.id) end
    if previous == 'scheduled' then redis.call('ZREM', delayed_key(job.queue), job.id) end
    redis.call('SREM', LIVE, job.id)
    redis.call('ZADD', ended_key(job.queue, status), NOW, job.id)
    expire(job.queue, status, 2)
    changed(job.id)
end
