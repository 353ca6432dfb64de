import { isReply, type RedisConnection } from './connection.ts';
import type { MasterNode } from './link.ts';
import { countReplicas } from './replicas.ts';
import { asList, asText } from './values.ts';

interface Setting {
  name: string;
  safe(value: string): boolean;
  expected: string;
  /** What happens otherwise. */
  why: string;
  /** Only where there are replicas. */
  withReplicas?: true;
}

const SETTINGS: readonly Setting[] = [
  {
    name: 'appendonly',
    safe: (value) => value === 'yes',
    expected: 'yes',
    why: 'everything since the last snapshot is lost when it restarts',
  },
  {
    name: 'appendfsync',
    safe: (value) => value === 'always',
    expected: 'always',
    why: 'the last seconds of commits are lost when the machine goes down',
  },
  {
    name: 'maxmemory-policy',
    safe: (value) => value === 'noeviction',
    expected: 'noeviction',
    why: 'accounts are thrown away when the memory is full',
  },
  {
    name: 'min-replicas-to-write',
    safe: (value) => Number(value) >= 1,
    expected: '1',
    why: 'commits go on without a replica, and a failover loses them',
    withReplicas: true,
  },
];

/**
 * Asks every node that takes writes whether a commit survives a crash there
 * (https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/).
 * @returns what is not safe, in words with the cure; empty when all is
 * @throws Error when Redis cannot be reached
 */
export async function checkDurability({ connection }: { connection: RedisConnection }): Promise<string[]> {
  const nodes = await connection.masters();
  return (await Promise.all(nodes.map(checkNode))).flat();
}

async function checkNode({ name, send }: MasterNode): Promise<string[]> {
  const info = await readInfo(send);
  if (info === null) return [`Redis at ${name} refuses INFO: whether it is safe is not known. Allow INFO.`];
  const hasReplicas = countReplicas(info) > 0;
  const problems = await Promise.all(
    SETTINGS.filter(({ withReplicas }) => hasReplicas || !withReplicas).map((setting) =>
      checkSetting(name, setting, send, info),
    ),
  );
  const found = problems.filter((problem) => problem !== null);
  if (/^role:slave/m.test(info))
    found.push(`Redis at ${name} is a replica and takes no writes. Let REDIS_URL name its master.`);
  if (/^aof_last_write_status:err/m.test(info))
    found.push(`Redis at ${name} cannot write its append-only file. Look at its log and its disk.`);
  return found;
}

async function readInfo(send: MasterNode['send']): Promise<string | null> {
  try {
    return asText(await send(['INFO']));
  } catch (error) {
    if (isReply(error)) return null;
    throw error;
  }
}

async function checkSetting(
  name: string,
  { name: setting, safe, expected, why }: Setting,
  send: MasterNode['send'],
  info: string,
): Promise<string | null> {
  const value = (await readSetting(setting, send)) ?? fromInfo(setting, info);
  const cure = `Set \`${setting} ${expected}\` in redis.conf, or run \`CONFIG SET ${setting} ${expected}\` and \`CONFIG REWRITE\`.`;
  if (value === null)
    return `Redis at ${name} does not tell what ${setting} is: expected ${expected}, else ${why}. Allow CONFIG GET, or look it up where it is hosted.`;
  return safe(value) ? null : `Redis at ${name} has ${setting} ${value}: ${why}. ${cure}`;
}

/** @returns null when the server does not know the setting or does not let us ask, as hosted ones may */
async function readSetting(setting: string, send: MasterNode['send']): Promise<string | null> {
  try {
    const [, value] = asList(await send(['CONFIG', 'GET', setting]));
    return value === undefined ? null : asText(value);
  } catch (error) {
    if (isReply(error)) return null;
    throw error;
  }
}

/** What INFO tells where CONFIG is forbidden. */
function fromInfo(setting: string, info: string): string | null {
  if (setting === 'appendonly') {
    const enabled = /^aof_enabled:(\d)/m.exec(info)?.[1];
    return enabled === undefined ? null : enabled === '1' ? 'yes' : 'no';
  }
  if (setting === 'maxmemory-policy') return /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? null;
  return null;
}
