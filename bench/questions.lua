-- Asks the questions of a file, one a line, from a line on and round and round:
--     wrk … -s questions.lua http://ADDRESS -- FILE LINE [KEY]
-- A line is a path, or a path, a tab and what is posted there: text, or with a key, a document.
-- It prints what was measured as one line of JSON, times in microseconds.

local requests, at = {}, 0

function init(arguments)
  local key = arguments[3]
  local headers = key and { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }
  for line in io.lines(arguments[1]) do
    local path, body = line:match("^([^\t]*)\t(.*)$")
    requests[#requests + 1] = path and wrk.format("POST", path, headers, body) or wrk.format("GET", line)
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
