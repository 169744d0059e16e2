-- The workers whose records are fresh.
local answers = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', WORKERS, '(' .. NOW, '+inf')) do
    local values = redis.call('HMGET', worker_key(name), 'name', 'state', 'queues', 'concurrency', 'jobs', 'started_at', 'beat_at',
        'processor_ms', 'memory')
    if values[1] then answers[#answers + 1] = values end
end
return answers
