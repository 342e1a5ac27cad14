/**
 * Overrides, for the scripts below: one hash, a field an override, which is
 * `<state> <atMs> <untilMs> <epoch> <riskMax> <by> <about> <why>`, with `-` for nobody. `about` and `why` are percent-encoded
 * and not read here. Time is Redis' own: where it stands before what was written, it was set back, and nothing is known to be
 * good.
 *
 * | state    | past its time | another epoch | used       | revoked    |
 * |----------|---------------|---------------|------------|------------|
 * | approved | expired       | superseded    | used       | revoked    |
 * | used     | used          | used          | used       | used       |
 * | revoked  | revoked       | revoked       | revoked    | revoked    |
 *
 * `expired` and `superseded` are derived, so no job is needed to end an override, and a halt ends all of them. They are written
 * by whoever writes their entries, and are as final then as the others.
 */
const overridesLua = /* lua */ `
local function integer(number) return string.format('%.0f', number) end
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local names = { 'state', 'atMs', 'untilMs', 'epoch', 'riskMax', 'by', 'about', 'why' }

local function knownEpoch(callers)
  local held = tonumber(redis.call('HGET', KEYS[2], 'epoch') or '')
  return held and math.max(held, tonumber(callers))
end

local function read(text, epoch)
  local override, at = {}, 0
  for word in string.gmatch(text, '%S+') do
    at = at + 1
    override[names[at]] = word
  end
  override.now = override.state
  if override.state == 'approved' then
    if epoch ~= tonumber(override.epoch) then override.now = 'superseded' end
    if nowMs >= tonumber(override.untilMs) or nowMs < tonumber(override.atMs) then override.now = 'expired' end
  end
  return override
end

local function write(id, override)
  local words = {}
  for at, name in ipairs(names) do words[at] = override[name] end
  redis.call('HSET', KEYS[1], id, table.concat(words, ' '))
end
`;

/**
 * Keeps an override that two people agreed to.
 *
 * KEYS  1 overrides · 2 control hash
 * ARGV  1 id · 2 caller's control epoch, which it is good at · 3 its life in ms · 4 how many may be held · 5 for how long one
 *       is held after its time, in ms · 6 riskMax · 7 about · 8 why
 *
 * Reply: `outcome` is approved | moved | full; `untilMs` is when it expires, '' where it was not kept. A request that was
 * delivered twice keeps one. A Redis that knows no epoch was wiped, and keeps none.
 */
export const approveOverrideScript = /* lua */ `${overridesLua}
local epoch = knownEpoch(ARGV[2])
if epoch ~= tonumber(ARGV[2]) then return { 'outcome', 'moved', 'untilMs', '' } end
local twice = redis.call('HGET', KEYS[1], ARGV[1])
if twice then return { 'outcome', 'approved', 'untilMs', read(twice, epoch).untilMs } end
local all, count = redis.call('HGETALL', KEYS[1]), 0
for at = 1, #all, 2 do
  if nowMs >= tonumber(read(all[at + 1], epoch).untilMs) + tonumber(ARGV[5]) then
    redis.call('HDEL', KEYS[1], all[at])
  else
    count = count + 1
  end
end
if count >= tonumber(ARGV[4]) then return { 'outcome', 'full', 'untilMs', '' } end
local untilMs = integer(nowMs + tonumber(ARGV[3]))
write(ARGV[1], { state = 'approved', atMs = integer(nowMs), untilMs = untilMs, epoch = integer(epoch), riskMax = ARGV[6],
  by = '-', about = ARGV[7], why = ARGV[8] })
redis.call('PEXPIRE', KEYS[1], integer(tonumber(ARGV[3]) + tonumber(ARGV[5])))
return { 'outcome', 'approved', 'untilMs', untilMs }
`;

/**
 * Uses an override for one decision, once.
 *
 * KEYS  1 overrides · 2 control hash
 * ARGV  1 id · 2 caller's control epoch · 3 the decision's id · 4 about, to the letter · 5 the risk that stands in its way
 *
 * Reply: `outcome` is applied | insufficient | mismatched | unknown, or the state that it is in. Nothing is used but by
 * `applied`, which the same decision is told as often as it asks.
 */
export const useOverrideScript = /* lua */ `${overridesLua}
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then return { 'outcome', 'unknown' } end
local override = read(text, knownEpoch(ARGV[2]))
if override.about ~= ARGV[4] then return { 'outcome', 'mismatched' } end
if override.now == 'used' and override.by == ARGV[3] then return { 'outcome', 'applied' } end
if override.now ~= 'approved' then return { 'outcome', override.now } end
if tonumber(ARGV[5]) > tonumber(override.riskMax) then return { 'outcome', 'insufficient' } end
override.state, override.by = 'used', ARGV[3]
write(ARGV[1], override)
return { 'outcome', 'applied' }
`;

/**
 * Ends an override that is still good.
 *
 * KEYS  1 overrides · 2 control hash
 * ARGV  1 id · 2 caller's control epoch, 0 for none · 3 key id
 *
 * Reply: `outcome` is revoked | unknown, or the state in which it had ended before.
 */
export const revokeOverrideScript = /* lua */ `${overridesLua}
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then return { 'outcome', 'unknown' } end
local override = read(text, knownEpoch(ARGV[2]))
if override.now ~= 'approved' then return { 'outcome', override.now } end
override.state, override.by = 'revoked', ARGV[3]
write(ARGV[1], override)
return { 'outcome', 'revoked' }
`;

/**
 * Ends those that nobody used or revoked in time: each is told once, to one caller. A clock that was set back, and a Redis that was rolled
 * back behind an override's epoch, ends none.
 *
 * KEYS  1 overrides · 2 control hash
 * ARGV  1 caller's control epoch, 0 for none
 *
 * Reply: `ended`, `;` between them: `<id> <state>`.
 */
export const endOverridesScript = /* lua */ `${overridesLua}
local epoch, all, told = knownEpoch(ARGV[1]), redis.call('HGETALL', KEYS[1]), {}
for at = 1, #all, 2 do
  local override = read(all[at + 1], epoch)
  local isPast = nowMs >= tonumber(override.untilMs)
  if override.state == 'approved' and (isPast or epoch and epoch > tonumber(override.epoch)) then
    override.state = isPast and 'expired' or 'superseded'
    write(all[at], override)
    told[#told + 1] = all[at] .. ' ' .. override.state
  end
end
table.sort(told)
return { 'ended', table.concat(told, ';') }
`;

/**
 * KEYS  1 overrides · 2 control hash
 * ARGV  1 caller's control epoch, 0 for none
 *
 * Reply: `overrides`, by their ids, `;` between them: `<id> <state> <untilMs> <epoch> <riskMax> <by> <about> <why>`.
 */
export const listOverridesScript = /* lua */ `${overridesLua}
local epoch, all, told = knownEpoch(ARGV[1]), redis.call('HGETALL', KEYS[1]), {}
for at = 1, #all, 2 do
  local held = read(all[at + 1], epoch)
  told[#told + 1] = table.concat(
    { all[at], held.now, held.untilMs, held.epoch, held.riskMax, held.by, held.about, held.why }, ' ')
end
table.sort(told)
return { 'overrides', table.concat(told, ';') }
`;
