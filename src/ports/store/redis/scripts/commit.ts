import { ROW_FUNCTIONS } from './row-functions.ts';
import { createScript, type LuaScript } from './script.ts';

/**
 * Compare and commit: everything or nothing, and nothing when the version is another.
 * KEYS: rows (6), account, seen, records, then the histories that records go to.
 * ARGV: expected version, document, time; how many seen keys, removals, rows, records; then those.
 * Answers 0, or a list of 1 and the ids that were to be removed and are not of this shard.
 */
export function commitScript(): LuaScript {
  return createScript(ROW_FUNCTIONS, BODY);
}

const BODY = `
local account, seen, records = KEYS[7], KEYS[8], KEYS[9]
local version = tonumber(redis.call('HGET', account, 'version') or '0')
if version ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', account, 'version', string.format('%.0f', version + 1), 'document', ARGV[2], 'updated_at', ARGV[3])

local next = 8
local function take() next = next + 1 return ARGV[next - 1] end
local answer = {1}

for _ = 1, tonumber(ARGV[4]) do
  local member = take()
  redis.call('ZADD', seen, take(), member)
end
for _ = 1, tonumber(ARGV[5]) do
  local id = take()
  local row = find(id)
  if row then drop(id, row) else table.insert(answer, id) end
end
for _ = 1, tonumber(ARGV[6]) do
  local id, row = take(), take()
  add(id, row, take())
end
for _ = 1, tonumber(ARGV[7]) do
  local history, field, id, time, text = KEYS[9 + tonumber(take())], take(), take(), take(), take()
  redis.call('HSET', records, field, text)
  -- The fraction of a millisecond orders what has the same time; a record that is replaced keeps its place.
  local before = redis.call('ZSCORE', history, id)
  if not before or math.floor(tonumber(before)) ~= tonumber(time) then
    local order = redis.call('INCR', sequence) % 1024
    redis.call('ZADD', history, string.format('%.17g', tonumber(time) + order / 1024), id)
  end
end
return answer
`;
