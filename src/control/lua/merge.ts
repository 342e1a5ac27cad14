import { rememberedEpochs } from '../control-state.ts';

/**
 * The control state inside Redis, for the scripts that change it. Same merge as control/control-state.ts: of the whole
 * and of each target what the higher epoch set, at the same epoch the more restrictive.
 *
 * The control hash: {epoch, state, stateEpoch, registry, targets, seededAt}, beside what lua/operator-heartbeat.ts keeps there. `targets` is written by control/targets-text.ts:
 * `<target> <state> <epoch>` each. `seededAt` is the microsecond at which nothing was held: all that Redis held before is
 * lost. A hash without `stateEpoch` is of a release that knew no targets: its state is of its epoch.
 *
 * `held(key)` gives the state, a fresh deployment's where Redis holds none; `merge(state, ARGV index)` takes in
 * five arguments: epoch (-1: the caller knows nothing), state, its epoch, registry epoch, targets; `keep(key, state)` writes it, without the
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

local function later(left, right)
  if right.epoch > left.epoch then return right end
  if right.epoch == left.epoch and rank[right.state] > (rank[left.state] or 0) then return right end
  return left
end

local function held(key)
  local fields = redis.call('HMGET', key, 'epoch', 'state', 'stateEpoch', 'registry', 'targets')
  local epoch = tonumber(fields[1] or '')
  if not epoch then
    local whole = { state = 'HALTED', epoch = 0 }
    return { isNew = true, epoch = 0, whole = whole, registry = 0, targets = {} }
  end
  local whole = { state = fields[2], epoch = tonumber(fields[3] or '') or epoch }
  return { epoch = epoch, whole = whole, registry = tonumber(fields[4] or '') or 0, targets = readTargets(fields[5]) }
end

local function merge(state, at)
  local epoch = tonumber(ARGV[at])
  if epoch < 0 then return end
  state.epoch = math.max(state.epoch, epoch)
  state.whole = later(state.whole, { state = ARGV[at + 1], epoch = tonumber(ARGV[at + 2]) })
  state.registry = math.max(state.registry, tonumber(ARGV[at + 3]))
  for target, given in pairs(readTargets(ARGV[at + 4])) do
    state.targets[target] = state.targets[target] and later(state.targets[target], given) or given
  end
end

local function keep(key, state)
  if state.isNew then
    local time = redis.call('TIME')
    redis.call('HSET', key, 'seededAt', integer(tonumber(time[1]) * 1000000 + tonumber(time[2])))
  end
  redis.call('HSET', key, 'epoch', integer(state.epoch), 'state', state.whole.state,
    'stateEpoch', integer(state.whole.epoch), 'registry', integer(state.registry),
    'targets', writeTargets(state.targets, state.epoch))
end
`;
