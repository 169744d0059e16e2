-- Jobs: reading and writing their hashes.

-- A job's fields by name, nil where a field is not set. Without `names` all of FIELDS, which leaves out the payload; `names` must
-- begin with `id`.
local function read(id, names)
    names = names or FIELDS
    local values = redis.call('HMGET', job_key(id), unpack(names))
    if not values[1] then return nil end
    local job = {}
    for index, name in ipairs(names) do job[name] = values[index] or nil end
    return job
end

-- The job as it is answered: one value for each name of RECORD, in order.
local function record(job)
    local values = {}
    for index, name in ipairs(RECORD) do values[index] = job[name] or '' end
    return values
end

-- Sets fields, of the hash and of the table that was read from it; an empty text removes one. Each call of a script costs more
-- than the command it makes, so there is none for nothing.
local function update(job, changes)
    local set, removed = {}, {}
    for name, value in pairs(changes) do
        if value == '' then
            if job[name] then removed[#removed + 1] = name end
            job[name] = nil
        else
            job[name] = value
            set[#set + 1] = name
            set[#set + 1] = value
        end
    end
    if #set > 0 then redis.call('HSET', job_key(job.id), unpack(set)) end
    if #removed > 0 then redis.call('HDEL', job_key(job.id), unpack(removed)) end
end

-- Takes a job out of those that run. Where a worker was refused one because of the queue's limit, one may take it now.
local function no_longer_active(queue, id)
    redis.call('ZREM', active_key(queue), id)
    if redis.call('HEXISTS', queue_key(queue), 'limited') == 1 and redis.call('LLEN', bell_key(queue)) < 16 then
        redis.call('RPUSH', bell_key(queue), '1')
    end
end

-- Tells those who watch that a job changed. They read the job again, so old news may be cut off.
local function changed(id)
    redis.call('XADD', CHANGES, 'MAXLEN', '~', '1000', '*', 'id', id)
end

-- Sorts by the time of submission, and then by id.
local function index_member(job) return string.format('%015.0f:%s', tonumber(job.created_at), job.id) end
