import { lookAtRedis } from '../ports/store/redis/look.ts';
import { fileSystemOf, unfitFileSystem } from '../ports/store/sqlite/file-system.ts';
import { lookAtSqlite } from '../ports/store/sqlite/look.ts';
import type { StoreLocation } from './open-store.ts';

/** A store as it is found, without opening it for work. */
export interface StoreLook {
  /** For messages: never an address with a password. */
  description: string;
  /** What would be lost in a crash, in words with the cure. */
  problems: readonly string[];
  /** What is wrong with the place that it is kept in; null: nothing that is known. */
  placeProblem: string | null;
  /** Facts that the store belongs to for ever; null or absent when they are not known yet. */
  facts: Readonly<Record<string, string | null>>;
}

/** Which file system a path is on; a test has its own. */
export type FileSystemOf = (path: string) => Promise<number>;

/** @throws Error that names the store when it cannot be read */
export async function lookAtStore(
  where: StoreLocation,
  facts: readonly string[],
  systemOf: FileSystemOf = fileSystemOf,
): Promise<StoreLook> {
  if ('redisUrl' in where) return { ...(await lookAtRedis(where.redisUrl, facts)), placeProblem: null };
  const { databasePath } = where;
  const found = await lookAtSqlite(databasePath, facts);
  return { ...found, description: databasePath, placeProblem: unfitFileSystem(await systemOf(databasePath)) };
}
