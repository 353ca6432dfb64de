/**
 * What every script over rows begins with; KEYS 1 to 6 are a shard's `rowKeys`.
 * A row is a small JSON text in `rows` (t topic, a account, d due, c created, n attempts, w waits for, e last error,
 * q order of arrival) and its body, untouched, in `bodies`. `due`, `age` and `waits` are sorted sets in which all scores
 * are 0 and the members are ordered as text (https://redis.io/docs/latest/commands/zrangebylex/): times are padded to 16
 * digits, so one set serves all topics and ties keep their order of arrival.
 */
export const ROW_FUNCTIONS = `
local rows, bodies, due, age, waits, sequence = unpack(KEYS, 1, 6)

local function arrival() return string.format('%016.0f', redis.call('INCR', sequence)) end
local function due_member(id, row) return row.t .. ':' .. row.d .. row.q .. id end
local function age_member(id, row) return row.t .. ':' .. row.c .. id end
local function wait_member(id, name) return string.len(name) .. ':' .. name .. id end

local function find(id)
  local text = redis.call('HGET', rows, id)
  return text and cjson.decode(text)
end

local function save(id, row) redis.call('HSET', rows, id, cjson.encode(row)) end

local function add(id, text, body)
  if redis.call('HEXISTS', rows, id) == 1 then return end
  local row = cjson.decode(text)
  row.q = arrival()
  save(id, row)
  redis.call('HSET', bodies, id, body)
  redis.call('ZADD', due, 0, due_member(id, row))
  redis.call('ZADD', age, 0, age_member(id, row))
  if row.w then redis.call('ZADD', waits, 0, wait_member(id, row.w)) end
end

local function drop(id, row)
  redis.call('HDEL', rows, id)
  redis.call('HDEL', bodies, id)
  redis.call('ZREM', due, due_member(id, row))
  redis.call('ZREM', age, age_member(id, row))
  if row.w then redis.call('ZREM', waits, wait_member(id, row.w)) end
end

local function move(id, row, to)
  redis.call('ZREM', due, due_member(id, row))
  row.d = to
  redis.call('ZADD', due, 0, due_member(id, row))
end
`;
