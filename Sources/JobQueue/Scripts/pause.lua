-- Pauses or resumes a queue: nothing is moved, claims look at the mark. Arguments: queue, `1` to pause.
local queue = argument(1)
redis.call('SADD', QUEUES, queue)
if argument(2) == '1' then
    redis.call('HSET', queue_key(queue), 'paused', NOW)
else
    redis.call('HDEL', queue_key(queue), 'paused')
    for _ = 1, math.min(waiting(queue), 16) do ring(queue) end
end
return 'OK'
