import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Source: Linux, statfs(2). */
const UNFIT: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'memory (tmpfs), which is empty after a restart of the machine'],
  [0x858458f6, 'memory (ramfs), which is empty after a restart of the machine'],
  [0x794c7630, "a container's own layer (overlay), which is thrown away with the container"],
  [0x6969, 'a network file system (NFS), on which SQLite cannot lock safely (https://www.sqlite.org/faq.html#q5)'],
  [0xff534d42, 'a network file system (CIFS), on which SQLite cannot lock safely (https://www.sqlite.org/faq.html#q5)'],
]);

/**
 * @param type as statfs(2) names file systems
 * @returns what is wrong with keeping a store there; null: nothing that is known
 */
export function unfitFileSystem(type: number): string | null {
  return UNFIT.get(type >>> 0) ?? null;
}

/** @returns the type of the file system that a file is on, or will be when it is made */
export async function fileSystemOf(path: string): Promise<number> {
  for (let at = path; ; at = dirname(at)) {
    try {
      return (await statfs(at)).type;
    } catch (error) {
      if (at === dirname(at) || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}
