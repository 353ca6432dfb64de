import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createCoordination } from './coordination.ts';
import { checkSqliteDurability } from './durability.ts';
import { openReader } from './reader.ts';

/**
 * Reads what a store's file is like and whose it is, beside whoever has it open.
 * @param facts names of facts that a store may know; null for what it does not know, or when there is no file yet
 * @returns `problems` in words with their cure
 * @throws Error that names the file when it cannot be read
 */
export async function lookAtSqlite(
  path: string,
  facts: readonly string[],
): Promise<{ problems: string[]; facts: Record<string, string | null> }> {
  const file = resolve(path);
  if (!existsSync(file)) {
    const problem = await placeProblem(file);
    return { problems: problem === null ? [] : [problem], facts: {} };
  }
  const connection = openReader({ path: file, now: Date.now });
  try {
    const { fact } = createCoordination(connection);
    const found = await Promise.all(facts.map(async (name) => [name, await fact(name)] as const));
    return { problems: await checkSqliteDurability(connection), facts: Object.fromEntries(found) };
  } finally {
    connection.close();
  }
}

/** Whether the file can be made: in its folder, or in the one where that will be made. */
async function placeProblem(file: string): Promise<string | null> {
  let folder = dirname(file);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    await access(folder, constants.W_OK);
    return null;
  } catch {
    return `${folder} cannot be written by this user. Change its owner, or set DATABASE_PATH to another place.`;
  }
}
