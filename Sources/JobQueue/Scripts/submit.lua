-- Takes a job into its queue, or says why not.
-- Arguments: id, queue, capacity, run_at or '', idempotency key or '', fingerprint, its life in ms, then names and values.
local id, queue = argument(1), argument(2)
local capacity = tonumber(argument(3))
local run_at = tonumber(argument(4))
local idempotency, fingerprint, lifetime = argument(5), argument(6), tonumber(argument(7))

local known = read(id)
-- The same submission again, because its first answer was lost.
if known then return { 'repeated', 0, record(known) } end

local key = idempotency ~= '' and PREFIX .. ':idempotency:' .. idempotency
if key then
    local held = redis.call('GET', key)
    if held then
        local other = string.sub(held, 1, 36)
        local job = read(other)
        -- A key whose job is gone holds nothing up.
        if job then
            if string.sub(held, 37) ~= fingerprint then return { 'conflict', other } end
            return { 'repeated', 0, record(job) }
        end
    end
end

if waiting(queue) + redis.call('ZCARD', delayed_key(queue)) >= capacity then return { 'full' } end

local values = {}
local job = { id = id, queue = queue }
for index = 8, ARGUMENTS, 2 do
    local name, value = argument(index), argument(index + 1)
    values[#values + 1] = name
    values[#values + 1] = value
    if name ~= 'payload' then job[name] = value end
end

redis.call('SADD', QUEUES, queue)
redis.call('HSET', job_key(id), 'id', id, 'queue', queue, unpack(values))
redis.call('SADD', LIVE, id)
redis.call('ZADD', INDEX, 0, index_member(job))
if key then redis.call('SET', key, id .. fingerprint, 'PX', whole(lifetime)) end
if run_at and run_at > now then
    delay(job, run_at, {})
else
    enqueue(job, job.priority, {})
end
return { 'accepted', position(job), record(job) }
