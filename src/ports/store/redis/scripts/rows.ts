import { ROW_FUNCTIONS } from './row-functions.ts';
import { createScript, type LuaScript } from './script.ts';

/** The scripts over rows. KEYS 1 to 6 are a shard's rows; those that act on ids answer 0 (not there), 1 (left), 2 (done). */
export interface RowScripts {
  put: LuaScript;
  present: LuaScript;
  peek: LuaScript;
  claim: LuaScript;
  remove: LuaScript;
  retry: LuaScript;
  bury: LuaScript;
  extend: LuaScript;
  wake: LuaScript;
  revive: LuaScript;
  discard: LuaScript;
}

export function rowScripts(): RowScripts {
  return {
    put: createScript(ROW_FUNCTIONS, PUT),
    present: createScript(ROW_FUNCTIONS, PRESENT),
    peek: createScript(PEEK),
    claim: createScript(ROW_FUNCTIONS, CLAIM),
    remove: createScript(ROW_FUNCTIONS, REMOVE),
    retry: createScript(ROW_FUNCTIONS, RETRY),
    bury: createScript(ROW_FUNCTIONS, LETTER_FUNCTIONS, BURY),
    extend: createScript(ROW_FUNCTIONS, EXTEND),
    wake: createScript(ROW_FUNCTIONS, WAKE),
    revive: createScript(ROW_FUNCTIONS, LETTER_FUNCTIONS, REVIVE),
    discard: createScript(ROW_FUNCTIONS, LETTER_FUNCTIONS, DISCARD),
  };
}

/** KEYS 7: once. ARGV: once key, its expiry, now, id, row, body. */
const PUT = `
local expires = redis.call('ZSCORE', KEYS[7], ARGV[1])
if expires and tonumber(expires) > tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[7], ARGV[2], ARGV[1])
add(ARGV[4], ARGV[5], ARGV[6])
return 1
`;

/** ARGV: ids. */
const PRESENT = `
local answer = {}
for i, id in ipairs(ARGV) do answer[i] = redis.call('HEXISTS', rows, id) end
return answer
`;

/** KEYS: the due sets of any number of shards. ARGV: topic, now, limit. Answers for each what is due, oldest first. */
const PEEK = `
local answer = {}
local from, to = '[' .. ARGV[1] .. ':', '(' .. ARGV[1] .. ':' .. ARGV[2]
for i, due in ipairs(KEYS) do
  local times = redis.call('ZRANGEBYLEX', due, from, to, 'LIMIT', 0, ARGV[3])
  local first = #ARGV[1] + 2
  for j, member in ipairs(times) do times[j] = string.sub(member, first, first + 31) end
  answer[i] = times
end
return answer
`;

/** ARGV: topic, due before, limit, due afterwards. Answers id, row, body, order of each. */
const CLAIM = `
local answer = {}
local from, to = '[' .. ARGV[1] .. ':', '(' .. ARGV[1] .. ':' .. ARGV[2]
for _, member in ipairs(redis.call('ZRANGEBYLEX', due, from, to, 'LIMIT', 0, ARGV[3])) do
  local first = #ARGV[1] + 2
  local id = string.sub(member, first + 32)
  local row = find(id)
  move(id, row, ARGV[4])
  row.n = row.n + 1
  save(id, row)
  table.insert(answer, id)
  table.insert(answer, cjson.encode(row))
  table.insert(answer, redis.call('HGET', bodies, id))
  table.insert(answer, string.sub(member, first, first + 31))
end
return answer
`;

/** ARGV: ids. */
const REMOVE = `
local answer = {}
for i, id in ipairs(ARGV) do
  local row = find(id)
  if row then drop(id, row) end
  answer[i] = row and 2 or 0
end
return answer
`;

/** ARGV: id, attempts, due, error. */
const RETRY = `
local row = find(ARGV[1])
if not row then return {0} end
if row.n ~= tonumber(ARGV[2]) then return {1} end
move(ARGV[1], row, ARGV[3])
row.e = ARGV[4]
save(ARGV[1], row)
return {2}
`;

/** KEYS 7 to 10: a shard's dead letters. */
const LETTER_FUNCTIONS = `
local dead, letters, letter_bodies, counts = unpack(KEYS, 7, 10)

local function count(topic, by)
  if redis.call('HINCRBY', counts, topic, by) <= 0 then redis.call('HDEL', counts, topic) end
end

local function forget(id)
  local text = redis.call('HGET', letters, id)
  if not text then return nil end
  local letter = cjson.decode(text)
  redis.call('HDEL', letters, id)
  redis.call('HDEL', letter_bodies, id)
  redis.call('ZREM', dead, letter.x .. letter.q .. id)
  count(letter.t, -1)
  return letter
end
`;

/** ARGV: id, attempts, error, time. */
const BURY = `
local id = ARGV[1]
local row = find(id)
if not row then return {0} end
if row.n ~= tonumber(ARGV[2]) then return {1} end
local body = redis.call('HGET', bodies, id)
drop(id, row)
forget(id)
row.e, row.x, row.q = ARGV[3], ARGV[4], arrival()
redis.call('HSET', letters, id, cjson.encode(row))
redis.call('HSET', letter_bodies, id, body)
redis.call('ZADD', dead, 0, row.x .. row.q .. id)
count(row.t, 1)
return {2}
`;

/** ARGV: id, due. */
const REVIVE = `
local id = ARGV[1]
if redis.call('HEXISTS', rows, id) == 1 then return {1} end
local body = redis.call('HGET', letter_bodies, id)
local row = forget(id)
if not row then return {0} end
row.x, row.d = nil, ARGV[2]
add(id, cjson.encode(row), body)
return {2}
`;

/** ARGV: id. */
const DISCARD = `
return {forget(ARGV[1]) and 2 or 0}
`;

/** ARGV: due, then id and body of each. */
const EXTEND = `
local answer = {}
for i = 2, #ARGV, 2 do
  local id = ARGV[i]
  local row = find(id)
  if not row then table.insert(answer, 0)
  elseif row.n > 0 then table.insert(answer, 1)
  else
    move(id, row, ARGV[1])
    save(id, row)
    redis.call('HSET', bodies, id, ARGV[i + 1])
    table.insert(answer, 2)
  end
end
return answer
`;

/** ARGV: name, now. Answers how many were due later. */
const WAKE = `
local prefix = wait_member('', ARGV[1])
local woken = 0
for _, member in ipairs(redis.call('ZRANGEBYLEX', waits, '[' .. prefix, '[' .. prefix .. '\\255')) do
  local id = string.sub(member, #prefix + 1)
  local row = find(id)
  if row.d > ARGV[2] then
    move(id, row, ARGV[2])
    save(id, row)
    woken = woken + 1
  end
end
return woken
`;
