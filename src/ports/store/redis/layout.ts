import { isReply } from './connection.ts';
import type { RedisContext } from './context.ts';
import { at } from './shards.ts';
import { asText } from './values.ts';

/** Changes when keys are laid out in another way. */
const LAYOUT = 2;

/** Notes the layout of a new store. @throws Error when code of another layout wrote it */
export async function checkLayout({ shards, send }: RedisContext, description: string): Promise<void> {
  const key = at(shards.all, 0).key('layout');
  const found = await readLayout(send, key, description);
  if (found !== String(LAYOUT))
    throw new Error(`The store ${description} was written by another version: expected layout ${LAYOUT}, got ${found}`);
}

async function readLayout(send: RedisContext['send'], key: string, description: string): Promise<string> {
  try {
    const [, layout] = await Promise.all([send(key, ['SET', key, String(LAYOUT), 'NX']), send(key, ['GET', key])]);
    return asText(layout);
  } catch (error) {
    // Of a replica, a full memory or a server that is still loading its files.
    if (isReply(error))
      throw new Error(`The store ${description} cannot be written: ${error.message}`, { cause: error });
    throw error;
  }
}
