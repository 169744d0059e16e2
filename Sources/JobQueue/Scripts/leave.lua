-- A worker stops. Arguments: its name, then its queues: a token that it took off a bell is put back.
local name = argument(1)
redis.call('DEL', worker_key(name), control_key(name))
redis.call('ZREM', WORKERS, name)
for index = 2, ARGUMENTS do
    if waiting(argument(index)) > 0 then ring(argument(index)) end
end
return 'OK'
