-- A run has a result. Arguments: job, fence, result (a JSON object).
local job, answer = under_lease(argument(1), argument(2), 'complete')
if not job then return answer end
local duration = now - (tonumber(job.started_at) or now)
finish(job, 'completed', {
    result = argument(3), said = 'complete:' .. argument(2), progress = '100', stage = '', error = '',
})
-- How long it takes, for estimates: an average that forgets, a fifth with each run.
for _, field in ipairs({ job.queue .. '|', job.queue .. '|' .. (job.product_id or '') }) do
    local average = tonumber(redis.call('HGET', DURATIONS, field))
    redis.call('HSET', DURATIONS, field, whole(average and average + (duration - average) / 5 or duration))
    if not job.product_id then break end
end
return { 'ended', 'completed' }
