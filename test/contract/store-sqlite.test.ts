import { createSqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { temporaryDatabase } from './store-sqlite-files.ts';
import { storeContract } from './store-suite.ts';

let database = { path: '', remove: async () => {} };

storeContract('SQLite', {
  open: async (now) => {
    database = await temporaryDatabase();
    return createSqliteStore({ path: database.path, now });
  },
  reopen: (now) => createSqliteStore({ path: database.path, now }),
  destroy: () => database.remove(),
});
