/**
 * What a script of Redis finds around it, written in Lua: the `redis` table, `cjson`, no access to files or to the
 * system, no new globals, and errors that say where they arose. It gets the bridge's functions and
 * answers the function that runs a compiled script with its KEYS and ARGV.
 */
export const LUA_PRELUDE = `
local redis_call, redis_pcall, raw_sha1, raw_json_decode, raw_json_encode = ...
local getinfo, rawset, type, tostring, xpcall, error = debug.getinfo, rawset, type, tostring, xpcall, error

local redis = {
  call = redis_call, pcall = redis_pcall,
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
}

local function single(field, ...)
  local text = ...
  if select('#', ...) ~= 1 or type(text) ~= 'string' then
    error({ err = 'ERR wrong number or type of arguments' }, 0)
  end
  return { [field] = text }
end

function redis.status_reply(...) return single('ok', ...) end
function redis.error_reply(...)
  local reply = single('err', ...)
  reply.err = reply.err:gsub('^-', '')
  return reply
end

function redis.sha1hex(...)
  if select('#', ...) ~= 1 then error({ err = 'ERR wrong number of arguments' }, 0) end
  return raw_sha1(tostring((...)))
end

function redis.log() end
function redis.replicate_commands() return true end
function redis.set_repl() end

local cjson = { null = raw_json_decode('null') }

function cjson.decode(text)
  if type(text) ~= 'string' then error("bad argument #1 to 'decode' (string expected)", 2) end
  local value, problem = raw_json_decode(text)
  if problem then error(problem, 2) end
  return value
end

function cjson.encode(value)
  local text, problem = raw_json_encode(value)
  if problem then error(problem, 2) end
  return text
end

local script_globals = {
  redis = redis, cjson = cjson, math = math, string = string, table = table, coroutine = coroutine,
  assert = assert, collectgarbage = collectgarbage, error = error, gcinfo = gcinfo,
  getmetatable = getmetatable, ipairs = ipairs, load = load, loadstring = loadstring, next = next,
  pairs = pairs, pcall = pcall, rawequal = rawequal, rawget = rawget, rawset = rawset, select = select,
  setmetatable = setmetatable, tonumber = tonumber, tostring = tostring, type = type, unpack = unpack,
  xpcall = xpcall, _VERSION = _VERSION,
}
script_globals._G = script_globals

local guard = {
  __index = function(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
  __newindex = function() error('Attempt to modify a readonly table', 2) end,
  __metatable = false,
}
setmetatable(script_globals, guard)

local function located(problem)
  if type(problem) ~= 'table' then problem = { err = 'ERR ' .. tostring(problem) } end
  for level = 2, 20 do
    local info = getinfo(level, 'Sl')
    if info == nil then break end
    if info.source == '@user_script' then
      problem.line = info.currentline
      break
    end
  end
  return problem
end

return function(script, keys, args, sha1)
  rawset(script_globals, 'KEYS', keys)
  rawset(script_globals, 'ARGV', args)
  setfenv(script, script_globals)
  local succeeded, result = xpcall(script, located)
  if succeeded then return result end
  local message = tostring(result.err or 'ERR unknown error')
  if result.line then
    message = message .. ' script: ' .. sha1 .. ', on @user_script:' .. result.line .. '.'
  end
  return { err = message }
end
`;
