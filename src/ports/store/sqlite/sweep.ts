import type { Millis } from '../../../core/store.ts';
import type { SqliteConnection } from './connection.ts';

/** Deleting a day's keys at once would hold up every commit meanwhile. */
const CHUNK = 500;

const EXPIRING: readonly { table: string; key: string }[] = [
  { table: 'seen_keys', key: 'account_id, key' },
  { table: 'put_keys', key: 'key' },
  { table: 'counters', key: 'key' },
  { table: 'leases', key: 'name' },
  { table: 'keyv_entries', key: 'key' },
];

/** Forgets what has expired, a chunk at a time. */
export function createSweep({ prepare, write }: SqliteConnection): (now: Millis) => Promise<void> {
  const statements = EXPIRING.map(({ table, key }) =>
    prepare(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE expires_at <= ? LIMIT ?)`),
  );
  return async (now) => {
    for (const statement of statements) while ((await write(() => statement.run(now, CHUNK))) === CHUNK);
  };
}
