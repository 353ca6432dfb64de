import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lookAtStore } from '../../src/app/look-at-store.ts';
import { createRedisStore } from '../../src/ports/store/redis/redis-store.ts';
import { createSqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { canStartRedis, startRedisServer } from '../helpers/redis-server.ts';

const GOOD_DISK = async () => 0xef53;
const FACTS = ['dodo_environment', 'dodo_business_id'];

const server = canStartRedis('a look at a Redis that changes nothing') ? await startRedisServer() : null;
afterAll(() => server?.close());

describe('a look at a store on SQLite', () => {
  it('reads whose it is beside the process that has it open', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tallybot-look-'));
    const path = join(folder, 'tallybot.db');
    const store = await createSqliteStore({ path, now: () => 1 });
    await store.setFact('dodo_environment', 'test_mode');
    const found = await lookAtStore({ databasePath: path }, FACTS, GOOD_DISK);
    await store.close();
    rmSync(folder, { recursive: true });
    expect(found).toEqual({
      description: path,
      problems: [],
      placeProblem: null,
      facts: { dodo_environment: 'test_mode', dodo_business_id: null },
    });
  });

  it('makes none where there is none', async () => {
    const path = join(tmpdir(), 'tallybot-look-nowhere', 'tallybot.db');
    expect(await lookAtStore({ databasePath: path }, FACTS, GOOD_DISK)).toMatchObject({ problems: [], facts: {} });
    expect(existsSync(dirname(path))).toBe(false);
  });
});

describe.skipIf(server === null)('a look at a store on Redis', () => {
  const url = server?.url ?? '';

  it('reads whose it is and whether it is safe, and writes nothing', async () => {
    const store = await createRedisStore({ url, now: () => 1 });
    const size = () => store.connection.send('', ['DBSIZE']);
    const empty = await lookAtStore({ redisUrl: url }, FACTS);
    expect(empty).toMatchObject({ problems: [], placeProblem: null, facts: { dodo_environment: null } });
    await store.setFact('dodo_environment', 'live_mode');
    const before = await size();
    expect(await lookAtStore({ redisUrl: url }, FACTS)).toMatchObject({ facts: { dodo_environment: 'live_mode' } });
    await store.connection.send('', ['CONFIG', 'SET', 'appendfsync', 'everysec']);
    const unsafe = await lookAtStore({ redisUrl: url }, FACTS);
    expect(unsafe.problems).toEqual([expect.stringContaining('CONFIG SET appendfsync always')]);
    expect(await size()).toBe(before);
    await store.close();
  });

  it('says where it did not reach one', async () => {
    await expect(lookAtStore({ redisUrl: 'redis://127.0.0.1:9' }, FACTS)).rejects.toThrow('127.0.0.1:9');
  });
});
