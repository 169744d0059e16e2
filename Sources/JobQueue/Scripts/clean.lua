-- Removes ended jobs. Arguments: queue, status, how long ago they must have ended in ms, the most to remove.
local key = ended_key(argument(1), argument(2))
local ids = redis.call('ZRANGEBYSCORE', key, '-inf', whole(now - tonumber(argument(3))), 'LIMIT', 0, argument(4))
for _, id in ipairs(ids) do
    local job = read(id)
    if job and job.status == argument(2) then
        forget(job)
    else
        redis.call('ZREM', key, id)
    end
end
return #ids
