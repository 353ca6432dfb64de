import { ROW_FUNCTIONS } from './row-functions.ts';
import { createScript, type LuaScript } from './script.ts';

/** The scripts over rows. KEYS 1 to 3 are a shard's rows; those that act on ids answer 0 (not there), 1 (left), 2 (done). */
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

/** KEYS 4: once. ARGV: once key, its expiry, now, row as `writeRow` makes it. */
const PUT = `
local expires = redis.call('ZSCORE', KEYS[4], ARGV[1])
if expires and tonumber(expires) > tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[4], ARGV[2], ARGV[1])
expect_arrivals(1)
add(ARGV[4], ARGV[5], ARGV[6])
apply()
return 1
`;

/** ARGV: ids. */
const PRESENT = `
local answer = {}
for i, id in ipairs(ARGV) do answer[i] = redis.call('HEXISTS', rows, id) end
return answer
`;

/** KEYS: the orders of any number of shards. ARGV: topic, now, limit. Answers for each what is due, oldest first. */
const PEEK = `
local answer = {}
local from, to = '[d:' .. ARGV[1] .. ':', '(d:' .. ARGV[1] .. ':' .. ARGV[2]
for i, order in ipairs(KEYS) do
  local times = redis.call('ZRANGEBYLEX', order, from, to, 'LIMIT', 0, ARGV[3])
  local first = #ARGV[1] + 4
  for j, member in ipairs(times) do times[j] = string.sub(member, first, first + 31) end
  answer[i] = times
end
return answer
`;

/** ARGV: topic, due before, limit, due afterwards. Answers id, row, order of each. */
const CLAIM = `
local answer, ids = {}, {}
local first = #ARGV[1] + 4
local from, to = '[d:' .. ARGV[1] .. ':', '(d:' .. ARGV[1] .. ':' .. ARGV[2]
local members = redis.call('ZRANGEBYLEX', order, from, to, 'LIMIT', 0, ARGV[3])
for i, member in ipairs(members) do ids[i] = string.sub(member, first + 32) end
for i, row in ipairs(find_all(ids)) do
  local text = move(ids[i], row, ARGV[4]) .. string.format('%08d', row.attempts + 1) .. string.sub(row.text, 57)
  save(ids[i], text)
  table.insert(answer, ids[i])
  table.insert(answer, text)
  table.insert(answer, string.sub(members[i], first, first + 31))
end
apply()
return answer
`;

/** ARGV: ids. */
const REMOVE = `
local answer = {}
local found = find_all(ARGV)
for i, row in ipairs(found) do answer[i] = row and 2 or 0 end
drop_all(ARGV, found)
apply()
return answer
`;

/** ARGV: id, attempts, due, error. */
const RETRY = `
local row = find(ARGV[1])
if not row then return {0} end
if row.attempts ~= tonumber(ARGV[2]) then return {1} end
save(ARGV[1], move(ARGV[1], row, ARGV[3]) .. with_error(row, ARGV[4]))
apply()
return {2}
`;

/** KEYS 4 to 6: a shard's dead letters; a letter is the time of its death and the row that it was. */
const LETTER_FUNCTIONS = `
local dead, letters, counts = unpack(KEYS, 4, 6)

local function count(topic, by)
  if redis.call('HINCRBY', counts, topic, by) <= 0 then redis.call('HDEL', counts, topic) end
end

local function forget(id)
  local letter = redis.call('HGET', letters, id)
  if not letter then return nil end
  local row = read(string.sub(letter, 17))
  redis.call('HDEL', letters, id)
  redis.call('ZREM', dead, string.sub(letter, 1, 16) .. row.arrival .. id)
  count(row.topic, -1)
  return row
end
`;

/** ARGV: id, attempts, error, time. */
const BURY = `
local id, died = ARGV[1], ARGV[4]
local row = find(id)
if not row then return {0} end
if row.attempts ~= tonumber(ARGV[2]) then return {1} end
drop_all({id}, {row})
apply()
forget(id)
expect_arrivals(1)
local buried = arrival()
redis.call('HSET', letters, id, died .. row.due .. row.created .. buried .. with_error(row, ARGV[3]))
redis.call('ZADD', dead, 0, died .. buried .. id)
count(row.topic, 1)
return {2}
`;

/** ARGV: id, due. */
const REVIVE = `
local id = ARGV[1]
if redis.call('HEXISTS', rows, id) == 1 then return {1} end
local row = forget(id)
if not row then return {0} end
expect_arrivals(1)
add(id, ARGV[2] .. row.created, string.sub(row.text, 49))
apply()
return {2}
`;

/** ARGV: id. */
const DISCARD = `
return {forget(ARGV[1]) and 2 or 0}
`;

/** ARGV: due, then the ids, then a body for each. */
const EXTEND = `
local answer, ids = {}, {}
for i = 1, (#ARGV - 1) / 2 do ids[i] = ARGV[i + 1] end
for i, row in ipairs(find_all(ids)) do
  if not row then answer[i] = 0
  elseif row.attempts > 0 then answer[i] = 1
  else
    save(ids[i], move(ids[i], row, ARGV[1]) .. with_body(row, ARGV[1 + #ids + i]))
    answer[i] = 2
  end
end
apply()
return answer
`;

/** ARGV: name, now. Answers how many were due later. */
const WAKE = `
local prefix = wait_member('', ARGV[1])
local ids, woken = {}, 0
for i, member in ipairs(redis.call('ZRANGEBYLEX', order, '[' .. prefix, '[' .. prefix .. '\\255')) do
  ids[i] = string.sub(member, #prefix + 1)
end
for i, row in ipairs(find_all(ids)) do
  if row.due > ARGV[2] then
    save(ids[i], move(ids[i], row, ARGV[2]) .. string.sub(row.text, 49))
    woken = woken + 1
  end
end
apply()
return woken
`;
