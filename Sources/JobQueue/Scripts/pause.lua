-- Pauses or resumes a queue: nothing is moved, claims look at the mark. Arguments: queue, `1` to pause.
local queue = argument(1)
redis.call('SADD', QUEUES, queue)
if argument(2) == '1' then
    redis.call('HSET', queue_key(queue), 'paused', NOW)
else
    redis.call('HDEL', queue_key(queue), 'paused')
    ring(queue, (waiting(queue)))
end
return 'OK'
