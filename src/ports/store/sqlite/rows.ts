import type { DeadLetter, Millis, NewRow, Row, Store, Topic, TopicDepth } from '../../../core/store.ts';
import type { SqliteConnection } from './connection.ts';

interface RowColumns {
  id: string;
  topic: Topic;
  account_id: string | null;
  due_at: number;
  created_at: number;
  attempts: number;
  waits_for: string | null;
  last_error: string | null;
  body: string;
}

type DeadColumns = RowColumns & { died_at: number; last_error: string };

const COLUMNS = 'id, topic, account_id, due_at, created_at, attempts, waits_for, last_error, body';

type RowsOfStore = Pick<
  Store,
  | 'put'
  | 'claim'
  | 'remove'
  | 'retry'
  | 'bury'
  | 'extend'
  | 'wake'
  | 'depths'
  | 'deadLetters'
  | 'deadLetter'
  | 'revive'
  | 'discard'
  | 'waiting'
  | 'row'
>;

export interface Rows extends RowsOfStore {
  /** For use within a write: adds a row unless its id is waiting. */
  add(row: NewRow, at: Millis): void;
  /** For use within a write. */
  drop(id: string): void;
}

/** Inbox and outbox: claiming a row moves its due time to the end of the lease, which is all a lease is. */
export function createRows({ prepare, read, write }: SqliteConnection): Rows {
  const insert = prepare(
    `INSERT INTO work_rows (id, topic, account_id, due_at, created_at, waits_for, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  );
  const remember = prepare(
    `INSERT INTO put_keys (key, expires_at) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE expires_at <= ?`,
  );
  const due = prepare<RowColumns>(
    `SELECT ${COLUMNS} FROM work_rows WHERE topic = ? AND due_at <= ? ORDER BY due_at, created_at, seq LIMIT ?`,
  );
  const take = prepare('UPDATE work_rows SET due_at = ?, attempts = attempts + 1 WHERE id = ?');
  const drop = prepare('DELETE FROM work_rows WHERE id = ?');
  const giveBack = prepare('UPDATE work_rows SET due_at = ?, last_error = ? WHERE id = ? AND attempts = ?');
  const copyToDead = prepare(
    `INSERT OR REPLACE INTO dead_letters (${COLUMNS}, died_at)
     SELECT id, topic, account_id, due_at, created_at, attempts, waits_for, ?, body, ?
     FROM work_rows WHERE id = ? AND attempts = ?`,
  );
  const prolong = prepare('UPDATE work_rows SET due_at = ?, body = ? WHERE id = ? AND attempts = 0');
  const wake = prepare('UPDATE work_rows SET due_at = ? WHERE waits_for = ? AND due_at > ?');
  const countWaiting = prepare<{ topic: Topic; waiting: number; oldest: number }>(
    'SELECT topic, COUNT(*) AS waiting, MIN(created_at) AS oldest FROM work_rows GROUP BY topic',
  );
  const countDead = prepare<{ topic: Topic; dead: number }>(
    'SELECT topic, COUNT(*) AS dead FROM dead_letters GROUP BY topic',
  );
  const dead = prepare<DeadColumns>(
    `SELECT ${COLUMNS}, died_at FROM dead_letters ORDER BY died_at DESC, seq DESC LIMIT ?`,
  );
  const deadById = prepare<DeadColumns>(`SELECT ${COLUMNS}, died_at FROM dead_letters WHERE id = ?`);
  const copyToRows = prepare(
    `INSERT OR IGNORE INTO work_rows (${COLUMNS})
     SELECT id, topic, account_id, ?, created_at, attempts, waits_for, last_error, body FROM dead_letters WHERE id = ?`,
  );
  const dropDead = prepare('DELETE FROM dead_letters WHERE id = ?');
  const byTopic = prepare<RowColumns>(
    `SELECT ${COLUMNS} FROM work_rows WHERE topic = ? ORDER BY due_at, created_at, seq LIMIT ?`,
  );
  const byId = prepare<RowColumns>(`SELECT ${COLUMNS} FROM work_rows WHERE id = ?`);

  function add(row: NewRow, at: Millis): void {
    const { id, topic, accountId, dueAt, waitsFor, body } = row;
    insert.run(id, topic, accountId, dueAt, at, waitsFor ?? null, JSON.stringify(body));
  }

  return {
    add,
    drop: (id) => {
      drop.run(id);
    },
    put: (row, once, now) =>
      write(() => {
        if (remember.run(once.key, once.expiresAt, now) === 0) return false;
        add(row, now);
        return true;
      }),
    claim: ({ topic, limit, leaseMs, now }) =>
      write(() =>
        due.all(topic, now, limit).map((columns) => {
          take.run(now + leaseMs, columns.id);
          return toRow({ ...columns, due_at: now + leaseMs, attempts: columns.attempts + 1 });
        }),
      ),
    remove: (ids) =>
      write(() => {
        for (const id of ids) drop.run(id);
      }),
    retry: ({ id, attempts }, dueAt, error) =>
      write(() => {
        giveBack.run(dueAt, error.toWellFormed(), id, attempts);
      }),
    bury: ({ id, attempts }, error, now) =>
      write(() => {
        if (copyToDead.run(error.toWellFormed(), now, id, attempts) > 0) drop.run(id);
      }),
    extend: (rows, dueAt) =>
      write(() => {
        const there = rows.filter(({ id, body }) => prolong.run(dueAt, JSON.stringify(body), id) > 0);
        return new Set(there.map(({ id }) => id));
      }),
    wake: (name, now) => write(() => wake.run(now, name, now)),
    depths: () => read(() => mergeDepths(countWaiting.all(), countDead.all())),
    deadLetters: (limit) => read(() => dead.all(limit).map(toDeadLetter)),
    deadLetter: (id) =>
      read(() => {
        const columns = deadById.get(id);
        return columns ? toDeadLetter(columns) : null;
      }),
    revive: (id, now) => write(() => copyToRows.run(now, id) > 0 && dropDead.run(id) > 0),
    discard: (id) => write(() => dropDead.run(id) > 0),
    waiting: (topic, limit) => read(() => byTopic.all(topic, limit).map(toRow)),
    row: (id) =>
      read(() => {
        const columns = byId.get(id);
        return columns ? toRow(columns) : null;
      }),
  };
}

function mergeDepths(
  waiting: { topic: Topic; waiting: number; oldest: number }[],
  dead: { topic: Topic; dead: number }[],
): TopicDepth[] {
  const depths = new Map<Topic, TopicDepth>();
  for (const { topic, waiting: count, oldest } of waiting)
    depths.set(topic, { topic, waiting: count, oldestCreatedAt: oldest, dead: 0 });
  for (const { topic, dead: count } of dead) {
    const depth = depths.get(topic) ?? { topic, waiting: 0, oldestCreatedAt: null, dead: 0 };
    depths.set(topic, { ...depth, dead: count });
  }
  return [...depths.values()];
}

function toDeadLetter(columns: DeadColumns): DeadLetter {
  return { row: toRow(columns), diedAt: columns.died_at, error: columns.last_error };
}

function toRow(columns: RowColumns): Row {
  return {
    id: columns.id,
    topic: columns.topic,
    accountId: columns.account_id,
    dueAt: columns.due_at,
    createdAt: columns.created_at,
    attempts: columns.attempts,
    lastError: columns.last_error,
    body: JSON.parse(columns.body),
    ...(columns.waits_for === null ? {} : { waitsFor: columns.waits_for }),
  };
}
