/**
 * What every script over rows begins with; KEYS 1 to 3 are a shard's `rowKeys`.
 * A row is one text in `rows`, as `row-text.ts` says; scripts cut it up, and never parse JSON. `order` is a sorted set in
 * which all scores are 0 and the members are ordered as text (https://redis.io/docs/latest/commands/zrangebylex/): each
 * row is there by due time and arrival (d), by creation (c), and by what it waits for (w), if anything. Times are padded
 * to 16 digits, so one set serves all topics and ties keep their order of arrival.
 * Changes are gathered and written by `apply`, with few commands: each costs more than what it does.
 */
export const ROW_FUNCTIONS = `
local rows, order, sequence = unpack(KEYS, 1, 3)
local changed, leaving, joining = {}, {}, {}
local arrived

-- Lua unpacks no more than some thousands.
local PART = 2000
local function call_with(command, key, list, first, last)
  for from = first or 1, last or #list, PART do
    redis.call(command, key, unpack(list, from, math.min(from + PART - 1, last or #list)))
  end
end

local function expect_arrivals(count) arrived = redis.call('INCRBY', sequence, count) - count end
local function arrival()
  arrived = arrived + 1
  return string.format('%016d', arrived)
end

local function due_member(id, row) return 'd:' .. row.topic .. ':' .. row.due .. row.arrival .. id end
local function age_member(id, row) return 'c:' .. row.topic .. ':' .. row.created .. id end
local function wait_member(id, name) return 'w:' .. name .. '\\n' .. id end

local function read(text)
  local topic, name = string.match(text, '^(.-)\\n(.-)\\n', 57)
  return {
    text = text, topic = topic, waits = name ~= '' and name,
    due = string.sub(text, 1, 16), created = string.sub(text, 17, 32), arrival = string.sub(text, 33, 48),
    attempts = tonumber(string.sub(text, 49, 56)),
  }
end

-- A row or false for each id.
local function find_all(ids)
  local found = {}
  for from = 1, #ids, PART do
    local texts = redis.call('HMGET', rows, unpack(ids, from, math.min(from + PART - 1, #ids)))
    for i, text in ipairs(texts) do found[from + i - 1] = text and read(text) end
  end
  return found
end
local function find(id) return find_all({id})[1] end

local function leave(member) leaving[#leaving + 1] = member end
local function join(member)
  -- Redis prints numbers of scripts with many digits before it reads them: a text is quicker.
  joining[#joining + 1] = '0'
  joining[#joining + 1] = member
end

local function save(id, text)
  changed[#changed + 1] = id
  changed[#changed + 1] = text
end

local function add(id, times, rest)
  local row = read(times .. arrival() .. rest)
  if redis.call('HSETNX', rows, id, row.text) == 0 then return end
  join(due_member(id, row))
  join(age_member(id, row))
  if row.waits then join(wait_member(id, row.waits)) end
end

local function drop_all(ids, found)
  local gone = {}
  for i, id in ipairs(ids) do
    local row = found[i]
    if row then
      gone[#gone + 1] = id
      leave(due_member(id, row))
      leave(age_member(id, row))
      if row.waits then leave(wait_member(id, row.waits)) end
    end
  end
  call_with('HDEL', rows, gone)
end

-- Answers what the text of the row begins with from now on: its times and arrival.
local function move(id, row, to)
  leave(due_member(id, row))
  row.due = to
  join(due_member(id, row))
  return to .. row.created .. row.arrival
end

-- From the attempts on, with another error or another body.
local function with_error(row, error)
  local from, to = string.match(row.text, '^.-\\n.-\\n().-()\\n', 57)
  return string.sub(row.text, 49, from - 1) .. error .. string.sub(row.text, to)
end
local function with_body(row, body)
  return string.sub(row.text, 49, string.match(row.text, '^.-\\n.-\\n.-\\n.-\\n()', 57) - 1) .. body
end

local function apply()
  call_with('HSET', rows, changed)
  call_with('ZREM', order, leaving)
  call_with('ZADD', order, joining)
end
`;
