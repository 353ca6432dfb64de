import { createScript, type LuaScript } from './script.ts';

/** Scripts that only read, each over one shard or several. */
export interface LookScripts {
  load: LuaScript;
  depths: LuaScript;
  deadLetters: LuaScript;
  find: LuaScript;
  waiting: LuaScript;
  records: LuaScript;
}

export function lookScripts(): LookScripts {
  return {
    load: createScript(LOAD),
    depths: createScript(DEPTHS),
    deadLetters: createScript(DEAD_LETTERS),
    find: createScript(FIND),
    waiting: createScript(WAITING),
    records: createScript(RECORDS),
  };
}

/** KEYS: account, seen. ARGV: members of seen. Answers the account and the expiry of each. */
const LOAD = `
local answer = {redis.call('GET', KEYS[1])}
for i, member in ipairs(ARGV) do answer[i + 1] = redis.call('ZSCORE', KEYS[2], member) end
return answer
`;

/** KEYS: order and dead counts of each shard. Answers topic, waiting, oldest, dead, again and again. */
const DEPTHS = `
local answer = {}
for i = 1, #KEYS, 2 do
  local from = '[c:'
  while true do
    -- ';' is what follows ':'.
    local head = redis.call('ZRANGEBYLEX', KEYS[i], from, '(c;', 'LIMIT', 0, 1)[1]
    if not head then break end
    local topic = string.match(head, '^c:([^:]*)')
    local waiting = redis.call('ZLEXCOUNT', KEYS[i], '[c:' .. topic .. ':', '(c:' .. topic .. ';')
    for _, value in ipairs({topic, waiting, string.sub(head, #topic + 4, #topic + 19), 0}) do
      table.insert(answer, value)
    end
    from = '[c:' .. topic .. ';'
  end
  local counts = redis.call('HGETALL', KEYS[i + 1])
  for j = 1, #counts, 2 do
    for _, value in ipairs({counts[j], 0, '', tonumber(counts[j + 1])}) do table.insert(answer, value) end
  end
end
return answer
`;

/** KEYS: dead, letters of each shard. ARGV: limit. Answers order, id, letter of each. */
const DEAD_LETTERS = `
local answer = {}
for i = 1, #KEYS, 2 do
  for _, member in ipairs(redis.call('ZREVRANGE', KEYS[i], 0, tonumber(ARGV[1]) - 1)) do
    local id = string.sub(member, 33)
    table.insert(answer, string.sub(member, 1, 32))
    table.insert(answer, id)
    table.insert(answer, redis.call('HGET', KEYS[i + 1], id))
  end
end
return answer
`;

/** KEYS: hashes. ARGV: field. Answers the value of each hash that has it. */
const FIND = `
local answer = {}
for _, key in ipairs(KEYS) do
  local text = redis.call('HGET', key, ARGV[1])
  if text then table.insert(answer, text) end
end
return answer
`;

/** KEYS: order, rows of each shard. ARGV: topic, limit. Answers order, id, row of each. */
const WAITING = `
local answer = {}
local first = #ARGV[1] + 4
for i = 1, #KEYS, 2 do
  -- ';' is what follows ':'.
  local from, to = '[d:' .. ARGV[1] .. ':', '(d:' .. ARGV[1] .. ';'
  for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[i], from, to, 'LIMIT', 0, ARGV[2])) do
    local id = string.sub(member, first + 32)
    table.insert(answer, string.sub(member, first, first + 31))
    table.insert(answer, id)
    table.insert(answer, redis.call('HGET', KEYS[i + 1], id))
  end
end
return answer
`;

/** KEYS: history, records. ARGV: limit, what a field begins with, and the id that the answer follows on, if any. */
const RECORDS = `
local answer = {}
local first = 0
if ARGV[3] then
  local rank = redis.call('ZREVRANK', KEYS[1], ARGV[3])
  if not rank then return answer end
  first = rank + 1
end
for i, id in ipairs(redis.call('ZREVRANGE', KEYS[1], first, first + tonumber(ARGV[1]) - 1)) do
  answer[i] = redis.call('HGET', KEYS[2], ARGV[2] .. id)
end
return answer
`;
