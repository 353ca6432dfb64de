import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Store, StoreError } from '../../src/core/store.ts';
import { createSqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { withStoreErrors } from '../../src/ports/store/store-errors.ts';
import { temporaryDatabase } from './store-sqlite-files.ts';

describe('a store that tells its failures', () => {
  let store: Store;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    const file = await temporaryDatabase();
    remove = file.remove;
    store = withStoreErrors(await createSqliteStore({ path: file.path, now: Date.now, onWarning: () => {} }));
  });

  afterEach(async () => {
    await store.close();
    await remove();
  });

  it('answers as the engine does', async () => {
    expect(await store.increment('asks', 2, 1, 0)).toBe(2);
    expect(await store.load('a', [])).toMatchObject({ version: 0, document: null });
  });

  it('tells what the engine could not do, with its words and its error', async () => {
    await store.close();
    const told = await store.load('a', []).catch((error: unknown) => error);
    if (!(told instanceof StoreError)) throw new Error('expected a StoreError', { cause: told });
    expect(told.message).toMatch(/not open|closed/);
    expect(told.cause).toBeInstanceOf(Error);
  });

  it('takes a mistake of the caller’s for no failure of the engine', async () => {
    await expect(store.record('ask', {} as string)).rejects.toBeInstanceOf(TypeError);
  });
});
