import { hash } from 'node:crypto';

/** A Lua script, known to Redis by its SHA-1 (https://redis.io/docs/latest/commands/evalsha/). */
export interface LuaScript {
  source: string;
  sha: string;
}

/** Joins the parts of a script; each part may use what the ones before it define. */
export function createScript(...parts: readonly string[]): LuaScript {
  const source = parts.join('\n');
  return { source, sha: hash('sha1', source) };
}
