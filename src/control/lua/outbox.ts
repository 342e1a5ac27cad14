/**
 * Keeps a record until it is in the database. A second copy does no harm: rows are inserted once.
 *
 * KEYS  1 stream · ARGV 1 the record's text · 2 records that may wait, at most
 * Reply: `outcome` is kept | full.
 */
export const keepScript = /* lua */ `
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2]) then return { 'outcome', 'full' } end
redis.call('XADD', KEYS[1], '*', 'record', ARGV[1])
return { 'outcome', 'kept' }
`;

/**
 * Gives out the oldest records, which stay until they are dropped, to the one isolate that has the lease. Where nothing waits
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
 * Takes records off the stream: those that were written, and those that never can be, which are kept apart for a person.
 *
 * KEYS  1 stream · 2 stream of those set aside
 * ARGV  pairs: id in the stream, `written` or `set-aside`
 * Reply: `outcome` is dropped.
 */
export const dropScript = /* lua */ `
for index = 1, #ARGV, 2 do
  local id = ARGV[index]
  if ARGV[index + 1] == 'set-aside' then
    for _, entry in ipairs(redis.call('XRANGE', KEYS[1], id, id)) do
      redis.call('XADD', KEYS[2], '*', 'record', entry[2][2])
    end
  end
  redis.call('XDEL', KEYS[1], id)
end
return { 'outcome', 'dropped' }
`;
