-- Leases.

-- The job, if the caller's lease still counts; otherwise nil and the answer. `word` is what the caller says of the run: said
-- twice, because the first answer was lost, it is not an error.
local function under_lease(id, fence, word)
    local job = read(id)
    if job and job.status == 'processing' and job.fence == fence then return job end
    if job and word and job.said == word .. ':' .. fence then return nil, { 'said' } end
    return nil, { 'lost' }
end
