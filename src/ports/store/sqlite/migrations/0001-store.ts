import type { Migration } from './migration.ts';

/**
 * The store port's tables. Times are milliseconds since 1970. STRICT, so that a fraction or a NaN is refused instead
 * of being kept as something else.
 */
export const store: Migration = {
  version: 1,
  name: 'store',
  sql: `
    CREATE TABLE accounts (
      id TEXT PRIMARY KEY NOT NULL,
      version INTEGER NOT NULL,
      document TEXT NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE seen_keys (
      account_id TEXT NOT NULL,
      key TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX seen_keys_expiry ON seen_keys (expires_at);

    CREATE TABLE put_keys (
      key TEXT PRIMARY KEY NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX put_keys_expiry ON put_keys (expires_at);

    CREATE TABLE work_rows (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      topic TEXT NOT NULL,
      account_id TEXT,
      due_at INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      waits_for TEXT,
      last_error TEXT,
      body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX work_rows_due ON work_rows (topic, due_at, created_at);
    CREATE INDEX work_rows_waiting ON work_rows (waits_for) WHERE waits_for IS NOT NULL;

    CREATE TABLE dead_letters (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      topic TEXT NOT NULL,
      account_id TEXT,
      due_at INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      waits_for TEXT,
      last_error TEXT NOT NULL,
      body TEXT NOT NULL,
      died_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX dead_letters_died ON dead_letters (died_at);
    CREATE INDEX dead_letters_topic ON dead_letters (topic);

    CREATE TABLE records (
      seq INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      account_id TEXT NOT NULL,
      at INTEGER NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (kind, id)
    ) STRICT;
    CREATE INDEX records_account ON records (account_id, kind, at);

    CREATE TABLE index_claims (
      name TEXT NOT NULL,
      key TEXT NOT NULL,
      account_id TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (name, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE leases (
      name TEXT PRIMARY KEY NOT NULL,
      owner TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX leases_expiry ON leases (expires_at);

    CREATE TABLE counters (
      key TEXT PRIMARY KEY NOT NULL,
      value INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX counters_expiry ON counters (expires_at);

    CREATE TABLE facts (
      name TEXT PRIMARY KEY NOT NULL,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE write_checks (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      at INTEGER NOT NULL
    ) STRICT;
  `,
};
