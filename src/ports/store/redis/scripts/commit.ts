import { ROW_FUNCTIONS } from './row-functions.ts';
import { createScript, type LuaScript } from './script.ts';

/**
 * Compare and commit: everything or nothing, and nothing when the version is another.
 * KEYS: rows (3), account, seen, records, then the histories that records go to.
 * ARGV: expected version, account; how many seen keys, removals, rows, records; then those.
 * Answers 0, or a list of 1 and the ids that were to be removed and are not of this shard.
 */
export function commitScript(): LuaScript {
  return createScript(ROW_FUNCTIONS, BODY);
}

const BODY = `
local account, seen, records = KEYS[4], KEYS[5], KEYS[6]
-- What an account begins with; the largest safe integer has 16 digits.
local version = string.match(redis.call('GETRANGE', account, '0', '15'), '^%d+') or '0'
if version ~= ARGV[1] then return 0 end
redis.call('SET', account, ARGV[2])

local next = 7
local answer = {1}
local arriving = tonumber(ARGV[5]) + tonumber(ARGV[6])
if arriving > 0 then expect_arrivals(arriving) end

local seen_end = next + 2 * tonumber(ARGV[3])
call_with('ZADD', seen, ARGV, next, seen_end - 1)
next = seen_end

local removed = {}
for i = 1, tonumber(ARGV[4]) do removed[i] = ARGV[next + i - 1] end
next = next + #removed
local found = find_all(removed)
drop_all(removed, found)
for i, id in ipairs(removed) do
  if not found[i] then answer[#answer + 1] = id end
end

for _ = 1, tonumber(ARGV[5]) do
  add(ARGV[next], ARGV[next + 1], ARGV[next + 2])
  next = next + 3
end
apply()

for _ = 1, tonumber(ARGV[6]) do
  local history, field, id, time, text = KEYS[6 + tonumber(ARGV[next])], unpack(ARGV, next + 1, next + 4)
  next = next + 5
  local is_new = redis.call('HSET', records, field, text) == 1
  -- The fraction of a millisecond orders what has the same time; a record that is replaced keeps its place.
  local before = not is_new and redis.call('ZSCORE', history, id)
  if not before or math.floor(tonumber(before)) ~= tonumber(time) then
    arrived = arrived + 1
    redis.call('ZADD', history, string.format('%s.%03d', time, arrived % 1000), id)
  end
end
return answer
`;
