import { isReply, type RedisConnection } from './connection.ts';
import type { LuaScript } from './scripts/script.ts';

/** Runs a script on the node of its keys, which share a slot. */
export type RunScript = (
  script: LuaScript,
  keys: readonly string[],
  values?: readonly (string | number)[],
) => Promise<unknown>;

/** By SHA-1; a server that does not know it (a new one, or one that was restarted) is sent the script itself. */
export function createRunScript(connection: RedisConnection): RunScript {
  return async ({ sha, source }, keys, values = []) => {
    const command = ['EVALSHA', sha, String(keys.length), ...keys];
    for (const value of values) command.push(String(value));
    const key = keys[0] ?? '';
    try {
      return await connection.send(key, command);
    } catch (error) {
      if (!isReply(error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return connection.send(key, ['EVAL', source, ...command.slice(2)]);
    }
  };
}
