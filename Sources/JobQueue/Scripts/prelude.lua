-- What every script begins with. Before it stand a line with the script's flags and `FIELDS` and `RECORD`: the names of a
-- job's fields, from the same list that the client reads them by. After it come those of the other parts (record, waiting,
-- ending, lease) that the script needs, and the script.
--
-- Rules that all scripts keep:
--  * One script is one transition: it looks at the state, decides, and only then writes.
--  * An end is announced first and written down second. A script that fails half-way is not undone, and an end that is
--    announced again has another time, so what can fail in between (the archive's key) is tried before.
--  * Time is the server's, read once, so that no two clocks disagree about a lease.

local PREFIX = ARGV[1]
local EVENTS = KEYS[1]
local COMPLETED_RETENTION = tonumber(ARGV[3])
local FAILED_RETENTION = tonumber(ARGV[4])
local ENDED_LIMIT = tonumber(ARGV[5])
local HEADER = 5

local function argument(index) return ARGV[HEADER + index] end
local ARGUMENTS = #ARGV - HEADER

local clock = redis.call('TIME')
-- The second argument is zero but for tests, which cannot wait for minutes to pass.
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000) + tonumber(ARGV[2])

-- Numbers become text without an exponent, whatever their size.
local function whole(number) return string.format('%.0f', number) end
local NOW = whole(now)

-- Keys

local function job_key(id) return PREFIX .. ':job:' .. id end
local function queue_key(queue) return PREFIX .. ':queue:' .. queue end
local function stream_key(queue, level) return queue_key(queue) .. ':' .. level end
local function active_key(queue) return queue_key(queue) .. ':active' end
local function delayed_key(queue) return queue_key(queue) .. ':delayed' end
local function ended_key(queue, status) return queue_key(queue) .. ':' .. status end
local function bell_key(queue) return queue_key(queue) .. ':bell' end
local QUEUES = PREFIX .. ':queues'
local INDEX = PREFIX .. ':index'
local LIVE = PREFIX .. ':live'
local WORKERS = PREFIX .. ':workers'
local CHANGES = PREFIX .. ':changes'
local ARCHIVE = PREFIX .. ':ended'
local FENCE = PREFIX .. ':fence'
local DURATIONS = PREFIX .. ':durations'
local SERVER = PREFIX .. ':server'
local DUE_BELL = PREFIX .. ':due-bell'
local function worker_key(name) return PREFIX .. ':worker:' .. name end
local function control_key(name) return PREFIX .. ':worker:' .. name .. ':control' end
