-- How the queues stand: for each, its name and numbers in the order of the client's reader.
local answers = {}
local names = redis.call('SMEMBERS', QUEUES)
table.sort(names)
for index, queue in ipairs(names) do
    local oldest
    for _, level in ipairs(LEVELS) do
        local first = redis.call('XRANGE', stream_key(queue, level), '-', '+', 'COUNT', 1)[1]
        local at = first and tonumber(first[2][4])
        if at then oldest = math.min(oldest or at, at) end
    end
    answers[index] = {
        queue, redis.call('HEXISTS', queue_key(queue), 'paused'), waiting(queue),
        redis.call('ZCARD', active_key(queue)), redis.call('ZCARD', delayed_key(queue)),
        redis.call('ZCOUNT', ended_key(queue, 'completed'), '(' .. whole(now - COMPLETED_RETENTION), '+inf'),
        redis.call('ZCOUNT', ended_key(queue, 'failed'), '(' .. whole(now - FAILED_RETENTION), '+inf'),
        redis.call('ZCOUNT', ended_key(queue, 'cancelled'), '(' .. whole(now - FAILED_RETENTION), '+inf'),
        oldest and whole(oldest) or '',
    }
end
return answers
