import { store } from './0001-store.ts';
import { keyv } from './0002-keyv.ts';
import type { Migration } from './migration.ts';

/** Every step, oldest first. */
export const migrations: readonly Migration[] = [store, keyv];
