-- How far a run is. Arguments: job, fence, percent, stage or ''.
local job, answer = under_lease(argument(1), argument(2))
if not job then return 'lost' end
-- Reports may overtake each other; within a run it never goes back.
local percent = math.max(tonumber(argument(3)), tonumber(job.progress) or 0)
update(job, { progress = whole(percent), stage = argument(4), updated_at = NOW })
changed(job.id)
return job.cancel_requested and 'cancel' or 'held'
