/**
 * The shared half of every circuit breaker, as a piece of Lua for the scripts that need it. They define `nowUs`,
 * the store's own microsecond, and `integer` first.
 *
 * A hash field for each breaker: `state generation untilUs openings successes lease:untilUs,…`. One that is not there is
 * closed, of generation 0. A generation is the microsecond in which a state began, made unique, so it grows also
 * past a wiped store. `openings` counts those since the breaker was last closed.
 *
 * | state     | open(g)  | until passes | probe(g)                  | succeeded(g, lease)          | failed(g, lease)  | trip    | reset  |
 * |-----------|----------|--------------|---------------------------|------------------------------|-------------------|---------|--------|
 * | closed    | open     | –            | –                         | –                            | –                 | tripped | closed |
 * | open      | –        | half-open    | –                         | –                            | –                 | tripped | closed |
 * | half-open | –        | –            | leases, while live leases | counts; at `probes`: closed  | open, twice as    | tripped | closed |
 * |           |          |              | + successes < `probes`    |                              | long as before    |         |        |
 * | tripped   | –        | –            | –                         | –                            | –                 | tripped | closed |
 *
 * Every change of state begins a generation. A report of another generation, or under a lease that is over or was
 * counted, changes nothing; but one of a *later* generation than is held here says that the store lost something,
 * so `open` is heeded and `restore` brings the state back. Half-open is an open one whose time has passed: derived
 * whenever it is read, so no job has to do it.
 */
export const breakersLua = /* lua */ `
local breakers = { held = {}, highest = 0, news = false }

function breakers.read(key, highest)
  breakers.key, breakers.highest = key, highest
  local flat, unreadable = redis.call('HGETALL', key), {}
  for index = 1, #flat, 2 do
    local state, generation, untilUs, openings, successes, leases =
      string.match(flat[index + 1], '^(%a+) (%d+) (%d+) (%d+) (%d+) (%S*)$')
    if state then
      local breaker = { state = state, generation = tonumber(generation), untilUs = tonumber(untilUs),
        openings = tonumber(openings), successes = tonumber(successes), leases = {}, order = {} }
      for lease, leaseUntilUs in string.gmatch(leases, '([^:,]+):(%d+)') do
        breaker.order[#breaker.order + 1] = lease
        breaker.leases[lease] = tonumber(leaseUntilUs)
      end
      breakers.held[flat[index]] = breaker
      breakers.highest = math.max(breakers.highest, breaker.generation)
    else
      unreadable[#unreadable + 1] = flat[index]
    end
  end
  -- Nobody knows what it was: closed until an operator looks at it would be a guess, open is not.
  for _, name in ipairs(unreadable) do
    breakers.begin(name, 'tripped')
    breakers.write(name)
  end
end

function breakers.of(name)
  if not breakers.held[name] then
    breakers.held[name] =
      { state = 'closed', generation = 0, untilUs = 0, openings = 0, successes = 0, leases = {}, order = {} }
  end
  return breakers.held[name]
end

function breakers.write(name)
  local breaker = breakers.held[name]
  local leases = {}
  for _, lease in ipairs(breaker.order) do
    if breaker.leases[lease] then leases[#leases + 1] = lease .. ':' .. integer(breaker.leases[lease]) end
  end
  redis.call('HSET', breakers.key, name, breaker.state .. ' ' .. integer(breaker.generation) .. ' ' .. integer(breaker.untilUs)
    .. ' ' .. integer(breaker.openings) .. ' ' .. integer(breaker.successes) .. ' ' .. table.concat(leases, ','))
end

function breakers.number()
  breakers.highest = math.max(breakers.highest + 1, nowUs)
  return breakers.highest
end

function breakers.begin(name, state)
  local breaker = breakers.of(name)
  breaker.state, breaker.generation = state, breakers.number()
  breaker.untilUs, breaker.successes, breaker.leases, breaker.order = 0, 0, {}, {}
  if state ~= 'open' then breaker.openings = 0 end
  breaker.isChanged, breakers.news = true, true
end

function breakers.open(name, openMs, openMsMax)
  local breaker = breakers.of(name)
  breakers.begin(name, 'open')
  breaker.openings = breaker.openings + 1
  breaker.untilUs = nowUs + 1000 * math.min(openMsMax, openMs * 2 ^ math.min(breaker.openings - 1, 20))
end

function breakers.probe(name, report, wanted, requestId)
  local breaker = breakers.of(name)
  local waitUs = breaker.untilUs - nowUs
  -- Longer than it can ever be: the store's clock stepped back.
  if waitUs > 0 and waitUs <= report.openMsMax * 1000 then return end
  local leaseUs, used, told = report.probeLeaseMs * 1000, breaker.successes, {}
  local order = {}
  for _, lease in ipairs(breaker.order) do
    local leftUs = (breaker.leases[lease] or 0) - nowUs
    if leftUs > 0 and leftUs <= leaseUs then
      used = used + 1
      order[#order + 1] = lease
    else
      breaker.leases[lease] = nil
    end
  end
  breaker.order = order
  for index = 1, wanted do
    local lease = requestId .. '.' .. index
    if not breaker.leases[lease] and used < report.probes then
      used = used + 1
      order[#order + 1] = lease
      breaker.leases[lease] = nowUs + leaseUs
    end
    if breaker.leases[lease] then told[#told + 1] = lease end
  end
  if #told == 0 then return end
  breaker.isChanged = true
  return name .. ' ' .. integer(breaker.generation) .. ' ' .. table.concat(told, ',')
end

function breakers.settle(name, report, lease, isGood)
  local breaker = breakers.of(name)
  local leftUs = (breaker.leases[lease] or 0) - nowUs
  if leftUs <= 0 or leftUs > report.probeLeaseMs * 1000 then return end
  if not isGood then return breakers.open(name, report.openMs, report.openMsMax) end
  breaker.leases[lease], breaker.isChanged = nil, true
  breaker.successes = breaker.successes + 1
  if breaker.successes >= report.probes then breakers.begin(name, 'closed') end
end

function breakers.apply(text, requestId)
  local kind, name, generation, openMs, openMsMax, probes, probeLeaseMs, detail =
    string.match(text, '^(%S+) (%S+) (%d+) (%d+) (%d+) (%d+) (%d+) (%S+)$')
  local report = { openMs = tonumber(openMs), openMsMax = tonumber(openMsMax), probes = tonumber(probes),
    probeLeaseMs = tonumber(probeLeaseMs) }
  local breaker, granted = breakers.of(name), nil
  local isSame = breaker.generation == tonumber(generation)
  local isLater = tonumber(generation) > breaker.generation
  breakers.highest = math.max(breakers.highest, tonumber(generation))
  if kind == 'open' and breaker.state == 'closed' and (isSame or isLater) then
    breakers.open(name, report.openMs, report.openMsMax)
  elseif kind == 'restore' and isLater then
    if detail == 'open' then breakers.open(name, report.openMs, report.openMsMax) else breakers.begin(name, 'tripped') end
  elseif breaker.state == 'open' and isSame then
    if kind == 'probe' then granted = breakers.probe(name, report, tonumber(detail), requestId) end
    if kind == 'succeeded' then breakers.settle(name, report, detail, true) end
    if kind == 'failed' then breakers.settle(name, report, detail, false) end
  end
  if breaker.isChanged then breakers.write(name) end
  return granted
end

function breakers.tell(revision)
  local told = { integer(revision) }
  for name, breaker in pairs(breakers.held) do
    local waitMs = 0
    if breaker.state == 'open' then waitMs = math.max(0, math.ceil((breaker.untilUs - nowUs) / 1000)) end
    told[#told + 1] = name .. ' ' .. breaker.state .. ' ' .. integer(breaker.generation) .. ' ' .. integer(waitMs)
  end
  table.sort(told)
  return table.concat(told, ';')
end
`;
