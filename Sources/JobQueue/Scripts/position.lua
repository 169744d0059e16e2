-- Where jobs stand among those that wait. Arguments: their ids. An answer for each: a number, or nil if it does not wait.

-- Those ahead of a waiting job and itself. Exact for the first hundred of a stream; further back, those that were cancelled in
-- between are counted too.
local function position(job)
    if job.status ~= 'queued' or not job.level then return false end
    local ahead = 0
    for _, level in ipairs(LEVELS) do
        local key = stream_key(job.queue, level)
        if level == job.level then
            local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
            if not first then return false end
            -- An entry that somebody else made may stand there without a number.
            local head = tonumber(first[2][6])
            local place = head and tonumber(job.sequence) - head + 1 or 0
            if place <= 100 then
                place = #redis.call('XRANGE', key, '-', job.entry, 'COUNT', 100)
            else
                place = math.min(place, redis.call('XLEN', key))
            end
            return ahead + math.max(place, 1)
        end
        ahead = ahead + redis.call('XLEN', key)
    end
    return false
end

local answers = {}
for index = 1, ARGUMENTS do
    local job = read(argument(index))
    answers[index] = job and position(job) or 0
end
return answers
