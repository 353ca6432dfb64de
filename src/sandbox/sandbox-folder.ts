import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where a sandbox keeps its database and its log. */
export interface SandboxFolder {
  path: string;
  logFile: string;
  isTemporary: boolean;
  /** Deletes a temporary folder; leaves another one alone. */
  discard(): Promise<void>;
}

/**
 * @param wanted null: a temporary one
 * @throws Error when it holds a database already: its customers are not in the new, empty simulators
 */
export async function openSandboxFolder(wanted: string | null): Promise<SandboxFolder> {
  const isTemporary = wanted === null;
  const path = isTemporary ? await mkdtemp(join(tmpdir(), 'tallybot-sandbox-')) : resolve(wanted);
  if (!isTemporary) {
    if (existsSync(join(path, 'tallybot.db'))) {
      throw new Error(
        `${path} holds the database of an earlier sandbox, and the simulators have forgotten its customers: ` +
          'choose another folder, or delete that one',
      );
    }
    await mkdir(path, { recursive: true });
  }
  return {
    path,
    logFile: join(path, 'bot.log'),
    isTemporary,
    async discard() {
      if (isTemporary) await rm(path, { recursive: true, force: true });
    },
  };
}
