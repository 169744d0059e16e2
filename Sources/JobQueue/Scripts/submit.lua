-- Takes a job into its queue, or says why not.
-- Arguments: id, queue, capacity, run_at or '', idempotency key or '', fingerprint, its life in ms, priority, created_at, then the
-- job's fields: names and values.
local id, queue = argument(1), argument(2)
local capacity = tonumber(argument(3))
local run_at = tonumber(argument(4))
local idempotency, fingerprint, lifetime = argument(5), argument(6), tonumber(argument(7))
local priority, created_at = argument(8), argument(9)

-- The same submission again, because its first answer was lost.
if redis.call('EXISTS', job_key(id)) == 1 then return { 'repeated', record(read(id)) } end

local key = idempotency ~= '' and PREFIX .. ':idempotency:' .. idempotency
if key then
    local held = redis.call('GET', key)
    if held then
        local other = string.sub(held, 1, 36)
        local job = read(other)
        -- A key whose job is gone holds nothing up.
        if job then
            if string.sub(held, 37) ~= fingerprint then return { 'conflict', other } end
            return { 'repeated', record(job) }
        end
    end
end

local ahead, lengths = waiting(queue)
if ahead + redis.call('ZCARD', delayed_key(queue)) >= capacity then return { 'full' } end

-- What tells of the job comes first, the job itself last: half of it would be there for nobody to find.
redis.call('SADD', QUEUES, queue)
redis.call('SADD', LIVE, id)
redis.call('ZADD', INDEX, 0, index_member({ id = id, created_at = created_at }))
if key then redis.call('SET', key, id .. fingerprint, 'PX', whole(lifetime)) end

-- Nobody watches a job that was not there before, so nobody is told. Its fields go on as they came: to make a table of them
-- would cost as much as the command.
if run_at and run_at > now then
    put_off(queue, id, run_at)
    redis.call('HSET', job_key(id), 'status', 'scheduled', 'updated_at', NOW, unpack(ARGV, HEADER + 10))
    return { 'accepted', false, 'scheduled', NOW }
end
local entry, sequence = append(queue, priority, id)
redis.call('HSET', job_key(id), 'status', 'queued', 'level', priority, 'entry', entry, 'sequence', sequence, 'updated_at', NOW,
    unpack(ARGV, HEADER + 10))
ring(queue)
local place = 1
for _, level in ipairs(LEVELS) do
    place = place + lengths[level]
    if level == priority then break end
end
return { 'accepted', place, 'queued', NOW }
