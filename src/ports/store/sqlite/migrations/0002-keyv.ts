import type { Migration } from './migration.ts';

/** Keyv's entries: kept in the same file, so that there is one thing to back up. */
export const keyv: Migration = {
  version: 2,
  name: 'keyv',
  sql: `
    CREATE TABLE keyv_entries (
      key TEXT PRIMARY KEY NOT NULL,
      value TEXT NOT NULL,
      expires_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX keyv_entries_expiry ON keyv_entries (expires_at) WHERE expires_at IS NOT NULL;
  `,
};
