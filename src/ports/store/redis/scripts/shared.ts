import { createScript, type LuaScript } from './script.ts';

/** Scripts over index claims, leases, counters, and over what expires. */
export interface SharedScripts {
  claimIndex: LuaScript;
  replaceIndex: LuaScript;
  lease: LuaScript;
  increment: LuaScript;
  sweep: LuaScript;
}

export function sharedScripts(): SharedScripts {
  return {
    claimIndex: createScript(CLAIM_INDEX),
    replaceIndex: createScript(REPLACE_INDEX),
    lease: createScript(LEASE),
    increment: createScript(INCREMENT),
    sweep: createScript(SWEEP),
  };
}

/** KEYS: indexes. ARGV: field, claim. Answers the claim that is there. */
const CLAIM_INDEX = `
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
return redis.call('HGET', KEYS[1], ARGV[1])
`;

/** KEYS: indexes. ARGV: field, owner before, claim. A claim is a time, a space and the owner. */
const REPLACE_INDEX = `
local claim = redis.call('HGET', KEYS[1], ARGV[1])
if not claim or string.match(claim, '^%d+ (.*)$') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
`;

/** KEYS: expiry, owners. ARGV: name, owner, expiry, now. */
const LEASE = `
local expires = redis.call('ZSCORE', KEYS[1], ARGV[1])
local isFree = not expires or tonumber(expires) <= tonumber(ARGV[4])
if not isFree and redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return 1
`;

/** KEYS: expiry, sums. ARGV: key, by, expiry, now. Answers the sum as text: the client misreads the largest integers. */
const INCREMENT = `
local expires = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not expires or tonumber(expires) <= tonumber(ARGV[4]) then
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
end
redis.call('HINCRBY', KEYS[2], ARGV[1], ARGV[2])
return redis.call('HGET', KEYS[2], ARGV[1])
`;

/** KEYS: expiry, perhaps values. ARGV: now, limit. Answers how many it forgot. */
const SWEEP = `
local members = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, member in ipairs(members) do
  redis.call('ZREM', KEYS[1], member)
  if KEYS[2] then redis.call('HDEL', KEYS[2], member) end
end
return #members
`;
