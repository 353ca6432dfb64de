import type { Store } from '../../../core/store.ts';
import type { SqliteConnection } from './connection.ts';

/** More than there are names of facts. */
const FACTS = 100;

/** What the processes of a fleet agree upon: leases, counters and facts. */
export function createCoordination({
  prepare,
  read,
  write,
  remember,
}: SqliteConnection): Pick<Store, 'lease' | 'increment' | 'fact' | 'setFact'> {
  const takeLease = prepare(
    `INSERT INTO leases (name, owner, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
     WHERE owner = excluded.owner OR expires_at <= ?`,
  );
  const dropCounter = prepare('DELETE FROM counters WHERE key = ? AND expires_at <= ?');
  const add = prepare<{ value: number }>(
    `INSERT INTO counters (key, value, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET value = value + excluded.value RETURNING value`,
  );
  const selectFact = prepare<{ value: string }>('SELECT value FROM facts WHERE name = ?');
  const upsertFact = prepare(
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const facts = remember<{ value: string | null }>(FACTS);

  return {
    lease: (name, owner, ttlMs, now) => write(() => takeLease.run(name, owner, now + ttlMs, now) > 0),
    increment: (key, by, expiresAt, now) =>
      write(() => {
        dropCounter.run(key, now);
        return add.get(key, by, expiresAt)?.value ?? by;
      }),
    fact: (name) =>
      read(() => {
        const fact = facts.get(name) ?? { value: selectFact.get(name)?.value ?? null };
        facts.set(name, fact);
        return fact.value;
      }),
    setFact: (name, value) =>
      write(() => {
        facts.delete(name);
        upsertFact.run(name, value);
      }),
  };
}
