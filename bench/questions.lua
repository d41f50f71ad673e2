-- Asks the questions of a file, one a line, from a line on and round and round:
--     wrk … -s questions.lua http://ADDRESS -- FILE LINE [KEY [PACE]]
-- A line is a path, or a path, a tab and what is posted there: text, or with a key, a document. With a pace, so many are asked a
-- second, all connections taken together.
-- It prints what was measured as one line of JSON, times in microseconds.

local ffi = require("ffi")
ffi.cdef "typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int clock, moment *now);"
local MONOTONIC = 1

local requests, at = {}, 0

local function milliseconds()
  local now = ffi.new("moment[1]")
  ffi.C.clock_gettime(MONOTONIC, now)
  return tonumber(now[0].seconds) * 1e3 + tonumber(now[0].nanoseconds) / 1e6
end

-- What wrk asks before each request: how long to wait.
local function pacing(pace)
  local started, turn = milliseconds(), 0
  return function()
    turn = turn + 1
    return math.max(0, math.floor(started + turn * 1e3 / pace - milliseconds()))
  end
end

function init(arguments)
  local key = arguments[3]
  local headers = key and { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
  for line in io.lines(arguments[1]) do
    local path, body = line:match("^([^\t]*)\t(.*)$")
    requests[#requests + 1] = path and wrk.format("POST", path, headers, body) or wrk.format("GET", line)
  end
  at = tonumber(arguments[2]) % #requests
  delay = arguments[4] and pacing(tonumber(arguments[4]))
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests": %d, "micros": %d, "bytes": %d, "p50": %d, "p99": %d, "refused": %d, "broken": %d}',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
