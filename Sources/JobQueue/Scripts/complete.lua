-- A run has a result. Arguments: job, fence, result (a JSON object).
local job, answer = under_lease(argument(1), argument(2), 'complete')
if not job then return answer end
local duration = now - (tonumber(job.started_at) or now)
finish(job, 'completed', {
    result = argument(3), said = 'complete:' .. argument(2), progress = '100', stage = '', error = '',
})
-- How long it takes, for estimates: an average that forgets, a fifth with each run.
local fields = { job.queue .. '|' }
if job.product_id then fields[2] = fields[1] .. job.product_id end
local averages = redis.call('HMGET', DURATIONS, unpack(fields))
local changes = {}
for index, field in ipairs(fields) do
    local average = tonumber(averages[index])
    changes[#changes + 1] = field
    changes[#changes + 1] = whole(average and average + (duration - average) / 5 or duration)
end
redis.call('HSET', DURATIONS, unpack(changes))
return { 'ended', 'completed' }
