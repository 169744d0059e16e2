-- A worker gives a job back unfinished, because it has to stop. It spends no try. Arguments: job, fence.
local job, answer = under_lease(argument(1), argument(2), 'release')
if not job then return answer end
local said = 'release:' .. argument(2)
if job.cancel_requested then
    finish(job, 'cancelled', { said = said, stage = '', cancelled_by = job.cancelled_by })
    return { 'ended', 'cancelled' }
end
enqueue(job, 'again', { said = said, progress = '0', stage = '' })
changed(job.id)
no_longer_active(job.queue, job.id)
return { 'released' }
