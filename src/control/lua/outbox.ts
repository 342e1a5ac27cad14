/**
 * The outbox and what was set aside of it: two streams of entries {record: text} or, once it was moved, {record, since:
 * the millisecond at which it was first kept, reason: why it was set aside}. A string counts the bytes of both.
 */
const outboxLua = /* lua */ `
local function integer(number) return string.format('%.0f', number) end
local function nowMs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function heldBytes(key) return tonumber(redis.call('GET', key) or '0') or 0 end
local function holdBytes(key, bytes) redis.call('SET', key, integer(math.max(0, bytes))) end

local function find(stream, id)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  if not entry then return nil end
  local fields = {}
  for at = 1, #entry[2], 2 do fields[entry[2][at]] = entry[2][at + 1] end
  return fields.record, fields.since or string.match(id, '^%d+')
end
`;

/**
 * Keeps a text until it is in the database. A second copy does no harm: rows are inserted once.
 *
 * KEYS  1 stream · 2 stream of those set aside · 3 their bytes · ARGV  1 text · 2 texts in both, at most · 3 bytes of both, at most
 * Reply: `outcome` is kept | full.
 */
export const keepScript = /* lua */ `${outboxLua}
local count = redis.call('XLEN', KEYS[1]) + redis.call('XLEN', KEYS[2])
local bytes = heldBytes(KEYS[3])
if count == 0 then bytes = 0 end
if count >= tonumber(ARGV[2]) or bytes + #ARGV[1] > tonumber(ARGV[3]) then return { 'outcome', 'full' } end
redis.call('XADD', KEYS[1], '*', 'record', ARGV[1])
holdBytes(KEYS[3], bytes + #ARGV[1])
return { 'outcome', 'kept' }
`;

/**
 * Gives out the oldest records, which stay until they are settled, to the one isolate that has the lease. Where nothing waits
 * the lease ends. The first is given out however long it is, so no record can stand in the way of the others.
 *
 * KEYS  1 stream · 2 lease (string: its owner)
 * ARGV  1 owner's id · 2 lease in ms · 3 records, at most · 4 bytes of them, at most
 * Reply: `outcome` is taken | held, then each record's text by its id in the stream.
 */
export const takeScript = /* lua */ `
local owner = redis.call('GET', KEYS[2])
if owner and owner ~= ARGV[1] then return { 'outcome', 'held' } end
local reply = { 'outcome', 'taken' }
local from, bytes, left = '-', 0, tonumber(ARGV[3])
while left > 0 and bytes < tonumber(ARGV[4]) do
  local entries = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', '4')
  for _, entry in ipairs(entries) do
    bytes = bytes + #entry[2][2]
    if left > 0 and (bytes <= tonumber(ARGV[4]) or #reply == 2) then
      reply[#reply + 1] = entry[1]
      reply[#reply + 1] = entry[2][2]
      left = left - 1
    end
    from = '(' .. entry[1]
  end
  if #entries < 4 then left = 0 end
end
if #reply > 2 then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) else redis.call('DEL', KEYS[2]) end
return reply
`;

/**
 * Settles records that were given out by their fates (audit/outbox-drain.ts).
 *
 * KEYS  1 stream · 2 stream of those set aside · 3 their bytes
 * ARGV  1 how long one under a foreign secret is tried, in ms · then triples: id in the stream, fate, reason
 * Reply: `outcome` is settled.
 */
export const settleScript = /* lua */ `${outboxLua}
local now, freed = nowMs(), 0
for index = 2, #ARGV, 3 do
  local id, fate = ARGV[index], ARGV[index + 1]
  local text, since = find(KEYS[1], id)
  if text then
    if fate == 'foreign' and now - tonumber(since) < tonumber(ARGV[1]) then fate = 'later' end
    redis.call('XDEL', KEYS[1], id)
    if fate == 'written' then
      freed = freed + #text
    elseif fate == 'later' then
      redis.call('XADD', KEYS[1], '*', 'record', text, 'since', since)
    else
      redis.call('XADD', KEYS[2], '*', 'record', text, 'since', since, 'reason', ARGV[index + 2])
    end
  end
end
if freed > 0 then holdBytes(KEYS[3], heldBytes(KEYS[3]) - freed) end
return { 'outcome', 'settled' }
`;

/**
 * How much waits, and how much was set aside.
 *
 * KEYS  1 stream · 2 stream of those set aside · 3 their bytes
 * Reply: `waiting` and `setAside`, in records, and the `bytes` of both.
 */
export const amountScript = /* lua */ `${outboxLua}
return { 'waiting', integer(redis.call('XLEN', KEYS[1])), 'setAside', integer(redis.call('XLEN', KEYS[2])),
  'bytes', integer(heldBytes(KEYS[3])) }
`;

/**
 * What a person does to records that were set aside.
 *
 * KEYS  1 stream · 2 stream of those set aside · 3 their bytes · ARGV  1 `retry` | `drop` · then their ids
 * Reply: `cleared`: how many were there.
 */
export const clearAsideScript = /* lua */ `${outboxLua}
local cleared, freed = 0, 0
for index = 2, #ARGV do
  local text = find(KEYS[2], ARGV[index])
  if text then
    redis.call('XDEL', KEYS[2], ARGV[index])
    if ARGV[1] == 'retry' then redis.call('XADD', KEYS[1], '*', 'record', text) else freed = freed + #text end
    cleared = cleared + 1
  end
end
if freed > 0 then holdBytes(KEYS[3], heldBytes(KEYS[3]) - freed) end
return { 'cleared', integer(cleared) }
`;

/**
 * Records that were set aside, the oldest first, as the take script gives those that wait.
 *
 * KEYS  1 stream of those set aside · ARGV  1 the id that they stand behind, `-` for the first · 2 records, at most
 * Reply: for each its text by `record <id>`, and why it was set aside by `reason <id>`.
 */
export const listAsideScript = /* lua */ `
local reply, from = {}, ARGV[1]
if from ~= '-' then from = '(' .. from end
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[2])) do
  local fields = {}
  for at = 1, #entry[2], 2 do fields[entry[2][at]] = entry[2][at + 1] end
  for _, name in ipairs({ 'record', 'reason' }) do
    reply[#reply + 1] = name .. ' ' .. entry[1]
    reply[#reply + 1] = fields[name] or ''
  end
end
return reply
`;
