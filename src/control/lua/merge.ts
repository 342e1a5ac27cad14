import { rememberedEpochs } from '../control-state.ts';

/**
 * The control state inside Redis, for the scripts that change it. Same merge as control/control-state.ts: of the whole
 * and of each target every word keeps its highest epoch, and a restriction holds while no resume has a higher one.
 *
 * The control hash: {epoch, state, stateEpoch, registry, targets, words, seededAt}, beside what lua/operator-heartbeat.ts keeps there. `targets` is written by control/targets-text.ts:
 * `<target> <state> <epoch>` each; and `words` what was said of the whole or a target before, where that may count: `<target> <resumed> <halted>`
 * each, 0 for nothing. `seededAt` is the microsecond at which nothing was held: all that Redis held before is
 * lost. A hash without `stateEpoch` is of a release that knew no targets: its state is of its epoch.
 *
 * `held(key)` gives the state, a fresh deployment's where Redis holds none; `merge(state, ARGV index)` takes in
 * six arguments: epoch (-1: the caller knows nothing), state, its epoch, registry epoch, targets, words; `said(was, entry)` is a
 * target's entry with another word; `keep(key, state)` writes it, without the
 * targets that were let go long ago (`isForgotten` in control/control-state.ts).
 */
export const mergeLua = /* lua */ `
local rank = { ACTIVE = 1, REDUCING = 2, HALTED = 3 }
local function integer(number) return string.format('%.0f', number) end

local function readTargets(text)
  local targets = {}
  for target, state, epoch in string.gmatch(text or '', '(%S+) (%u+) (%d+)') do
    targets[target] = { state = state, epoch = tonumber(epoch) }
  end
  return targets
end

local function readWords(text, whole, targets)
  for target, resumed, halted in string.gmatch(text or '', '(%S+) (%d+) (%d+)') do
    local entry = targets[target]
    if target == 'global' then entry = whole end
    if entry then entry.resumed, entry.halted = tonumber(resumed), tonumber(halted) end
  end
end

local function wordOf(target, entry)
  local resumed, halted = 0, 0
  if entry.state == 'REDUCING' then resumed = entry.resumed or 0 end
  if entry.state == 'HALTED' and (entry.halted or entry.epoch) < entry.epoch then halted = entry.halted end
  if resumed == 0 and halted == 0 then return nil end
  return target .. ' ' .. integer(resumed) .. ' ' .. integer(halted)
end

local function writeWords(whole, targets)
  local names, told = {}, { wordOf('global', whole) }
  for target in pairs(targets) do names[#names + 1] = target end
  table.sort(names)
  for _, target in ipairs(names) do told[#told + 1] = wordOf(target, targets[target]) end
  return table.concat(told, ' ')
end

local function writeTargets(targets, epoch)
  local names, told = {}, {}
  for target, said in pairs(targets) do
    if said.state ~= 'ACTIVE' or epoch - said.epoch <= ${rememberedEpochs} then names[#names + 1] = target end
  end
  table.sort(names)
  for _, target in ipairs(names) do
    told[#told + 1] = target .. ' ' .. targets[target].state .. ' ' .. integer(targets[target].epoch)
  end
  return table.concat(told, ' ')
end

local function wordsOf(entry)
  if entry.state == 'ACTIVE' then return entry.epoch, 0, 0 end
  if entry.state == 'REDUCING' then return entry.resumed or 0, entry.epoch, entry.halted or 0 end
  if entry.state ~= 'HALTED' then return 0, 0, 0 end
  local halted = entry.halted or 0
  if halted == 0 then halted = entry.epoch end
  return 0, entry.epoch, halted
end

local function said(was, entry)
  if not was then return entry end
  local resumed, reduced, halted = wordsOf(was)
  local otherResumed, otherReduced, otherHalted = wordsOf(entry)
  resumed, reduced, halted = math.max(resumed, otherResumed), math.max(reduced, otherReduced), math.max(halted, otherHalted)
  if halted > 0 and halted >= resumed then
    return { state = 'HALTED', epoch = math.max(halted, reduced), halted = halted }
  end
  if reduced > 0 and reduced >= resumed then return { state = 'REDUCING', epoch = reduced, resumed = resumed } end
  if resumed > 0 then return { state = 'ACTIVE', epoch = resumed } end
  return { state = 'HALTED', epoch = 0 }
end

local function held(key)
  local fields = redis.call('HMGET', key, 'epoch', 'state', 'stateEpoch', 'registry', 'targets', 'words')
  local epoch = tonumber(fields[1] or '')
  if not epoch then
    local whole = { state = 'HALTED', epoch = 0 }
    return { isNew = true, epoch = 0, whole = whole, registry = 0, targets = {} }
  end
  local whole = { state = fields[2], epoch = tonumber(fields[3] or '') or epoch }
  local targets = readTargets(fields[5])
  readWords(fields[6], whole, targets)
  return { epoch = epoch, whole = whole, registry = tonumber(fields[4] or '') or 0, targets = targets }
end

local function merge(state, at)
  local epoch = tonumber(ARGV[at])
  if epoch < 0 then return end
  state.epoch = math.max(state.epoch, epoch)
  local whole, targets = { state = ARGV[at + 1], epoch = tonumber(ARGV[at + 2]) }, readTargets(ARGV[at + 4])
  readWords(ARGV[at + 5], whole, targets)
  state.whole = said(state.whole, whole)
  state.registry = math.max(state.registry, tonumber(ARGV[at + 3]))
  for target, given in pairs(targets) do state.targets[target] = said(state.targets[target], given) end
end

local function keep(key, state)
  if state.isNew then
    local time = redis.call('TIME')
    redis.call('HSET', key, 'seededAt', integer(tonumber(time[1]) * 1000000 + tonumber(time[2])))
  end
  redis.call('HSET', key, 'epoch', integer(state.epoch), 'state', state.whole.state,
    'stateEpoch', integer(state.whole.epoch), 'registry', integer(state.registry),
    'targets', writeTargets(state.targets, state.epoch), 'words', writeWords(state.whole, state.targets))
end
`;
