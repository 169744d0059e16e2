-- A run was stopped because somebody wanted the job cancelled. Arguments: job, fence.
local job, answer = under_lease(argument(1), argument(2), 'cancelled')
if not job then return answer end
finish(job, 'cancelled', { said = 'cancelled:' .. argument(2), stage = '', cancelled_by = job.cancelled_by })
return { 'ended', 'cancelled' }
