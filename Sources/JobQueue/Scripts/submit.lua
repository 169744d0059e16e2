-- Takes jobs into their queues, or says of each why not. No two have the same id or idempotency key.
-- Arguments: capacity, the life of idempotency keys in ms, then for each job: id, queue, run_at or '', idempotency key or '',
-- fingerprint, priority, created_at, how many arguments its fields are, and its fields: names and values.
-- Answers the time, and for each job its place in the queue, 0 for one that waits for its time, or a word and what it is about.
local capacity, lifetime = tonumber(argument(1)), argument(2)

local jobs, keys = {}, {}
local at = HEADER + 3
while at <= #ARGV do
    local id, queue, run_at, idempotency, fingerprint, priority, created_at, fields = unpack(ARGV, at, at + 7)
    jobs[#jobs + 1] = {
        id = id, queue = queue, run_at = tonumber(run_at), fingerprint = fingerprint, priority = priority, created_at = created_at,
        key = idempotency ~= '' and PREFIX .. ':idempotency:' .. idempotency, first = at + 8, last = at + 7 + fields,
    }
    keys[#keys + 1] = job_key(id)
    at = at + 8 + fields
end

local is_any_there = redis.call('EXISTS', unpack(keys)) > 0

-- What a job that is here already is answered; `nil`: it is new.
local function known(job)
    -- The same submission again, because its first answer was lost.
    local found = is_any_there and read(job.id)
    if found then return { 'repeated', record(found) } end
    local held = job.key and redis.call('GET', job.key)
    if not held then return nil end
    local other = string.sub(held, 1, 36)
    if string.sub(held, 37) ~= job.fingerprint then return { 'conflict', other } end
    found = read(other)
    -- The same as a job that is gone: the client's own store of ended ones was asked before.
    return found and { 'repeated', record(found) }
end

-- The queues of these jobs: what waits in them, how many more they take, and how many come to each level.
local queues = {}
local function queue_named(name)
    local queue = queues[name]
    if not queue then
        local count, lengths = waiting(name)
        queue = { lengths = lengths, room = capacity - count - redis.call('ZCARD', delayed_key(name)), added = {}, count = 0 }
        queues[name] = queue
    end
    return queue
end

-- First what becomes of each.
local answers, taken, ids, members = { NOW }, {}, {}, {}
for index, job in ipairs(jobs) do
    local answer = known(job)
    local queue = not answer and queue_named(job.queue)
    if queue and queue.room <= 0 then answer = { 'full' } end
    if answer then
        answers[index + 1] = answer
    else
        queue.room = queue.room - 1
        job.index = index + 1
        job.is_early = job.run_at and job.run_at > now
        if not job.is_early then
            queue.added[job.priority] = (queue.added[job.priority] or 0) + 1
            queue.count = queue.count + 1
        end
        taken[#taken + 1] = job
        ids[#ids + 1] = job.id
        members[#members + 1] = 0
        members[#members + 1] = index_member(job)
    end
end
if #taken == 0 then return answers end

-- Then what tells of them, and the jobs themselves last: half of one would be there for nobody to find.
redis.call('SADD', LIVE, unpack(ids))
redis.call('ZADD', INDEX, unpack(members))
for name, queue in pairs(queues) do
    redis.call('SADD', QUEUES, name)
    queue.sequences = {}
    for level, count in pairs(queue.added) do queue.sequences[level] = number(name, level, count) - count end
end
-- Nobody watches a job that was not there before, so nobody is told. Its fields go on as they came: to make a table of them
-- would cost as much as the command.
for _, job in ipairs(taken) do
    local queue, level = queues[job.queue], job.priority
    if job.key then redis.call('SET', job.key, job.id .. job.fingerprint, 'PX', lifetime) end
    if job.is_early then
        put_off(job.queue, job.id, job.run_at)
        redis.call('HSET', job_key(job.id), 'status', 'scheduled', 'updated_at', NOW, unpack(ARGV, job.first, job.last))
        answers[job.index] = 0
    else
        queue.sequences[level] = queue.sequences[level] + 1
        local sequence = whole(queue.sequences[level])
        local entry = append(job.queue, level, job.id, sequence)
        redis.call('HSET', job_key(job.id), 'status', 'queued', 'level', level, 'entry', entry, 'sequence', sequence,
            'updated_at', NOW, unpack(ARGV, job.first, job.last))
        queue.lengths[level] = queue.lengths[level] + 1
        local place = 0
        for _, before in ipairs(LEVELS) do
            place = place + queue.lengths[before]
            if before == level then break end
        end
        answers[job.index] = place
    end
end
for name, queue in pairs(queues) do
    if queue.count > 0 then ring(name, queue.count) end
end
return answers
