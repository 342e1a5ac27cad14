-- Posts the lines of a file in turn and prints, at the end, one line of JSON. Arguments after `--`: that file.
-- The Authorization header is in BENCH_AUTHORIZATION, since arguments are there for all users to see.
-- Every answer is looked at: a decision is not real when safety made it HOLD, whatever the status says.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local headers = {
    ["content-type"] = "application/json",
    ["authorization"] = os.getenv("BENCH_AUTHORIZATION"),
  }
  requests = {}
  for body in io.lines(args[1]) do
    table.insert(requests, wrk.format("POST", nil, headers, body))
  end
  nextRequest = 0
  answers, refused, safety, actionable = 0, 0, 0, 0
  firstRefusal = ""
end

function request()
  nextRequest = nextRequest % #requests + 1
  return requests[nextRequest]
end

function response(status, headers, body)
  answers = answers + 1
  if status ~= 200 then
    refused = refused + 1
    if firstRefusal == "" then firstRefusal = status .. " " .. body end
  elseif string.find(body, '"holdKind":"safety"', 1, true) then
    safety = safety + 1
    if firstRefusal == "" then firstRefusal = body end
  elseif string.find(body, '"actionable":true', 1, true) then
    actionable = actionable + 1
  end
end

local function total(name)
  local sum = 0
  for _, thread in ipairs(threads) do sum = sum + thread:get(name) end
  return sum
end

local function quoted(text)
  return '"' .. string.gsub(text, '[%c"\\]', function(c) return string.format("\\u%04x", string.byte(c)) end) .. '"'
end

-- wrk counts in microseconds.
function done(summary, latency)
  local errors = summary.errors
  local refusal = ""
  for _, thread in ipairs(threads) do refusal = thread:get("firstRefusal") end
  print(string.format(
    '{"requests":%d,"durationUs":%d,"p50Us":%d,"p99Us":%d,"maxUs":%d,"socketErrors":%d,' ..
    '"answers":%d,"refused":%d,"safety":%d,"actionable":%d,"firstRefusal":%s}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect + errors.read + errors.write + errors.timeout,
    total("answers"), total("refused"), total("safety"), total("actionable"), quoted(refusal)
  ))
end
