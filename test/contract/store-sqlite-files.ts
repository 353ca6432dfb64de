import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns the path of a database that is not there yet, in a folder of its own, and how to remove both */
export async function temporaryDatabase(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-store-'));
  return { path: join(folder, 'data', 'tallybot.db'), remove: () => rm(folder, { recursive: true }) };
}
