-- Asks the questions of a file, one a line, from a line on and round and round:
--     wrk … -s questions.lua http://ADDRESS -- FILE LINE
-- With a key, the lines are documents of events that are posted:
--     wrk … -s questions.lua http://ADDRESS -- FILE LINE KEY
-- It prints what was measured as one line of JSON, times in microseconds.

local requests, at = {}, 0

function init(arguments)
  local key = arguments[3]
  local headers = key and { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
  for line in io.lines(arguments[1]) do
    requests[#requests + 1] = key and wrk.format("POST", "/v1/events", headers, line) or wrk.format("GET", line)
  end
  at = tonumber(arguments[2]) % #requests
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
