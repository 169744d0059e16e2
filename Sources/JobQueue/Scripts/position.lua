-- Where jobs stand among those that wait. Arguments: their ids. An answer for each: a number, or nil if it does not wait.
local answers = {}
for index = 1, ARGUMENTS do
    local job = read(argument(index))
    answers[index] = job and position(job) or 0
end
return answers
