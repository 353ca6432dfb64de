import { chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';

/** What holds keys is its owner's alone. */
const PRIVATE = 0o600;
/** Whoever may read an existing file goes on doing so, but for everybody else on the machine. */
const NOT_FOR_OTHERS = 0o770;

/** @returns the text of a file; null when there is none */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Replaces a file as a whole, so that a crash leaves the old or the new one; a link goes on leading to it. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const before = await stat(target).catch(() => null);
  const beside = `${target}.${process.pid}.tmp`;
  try {
    const file = await open(beside, 'wx', PRIVATE);
    try {
      await file.writeFile(text);
      if (before !== null) await file.chmod(before.mode & NOT_FOR_OTHERS);
      await file.sync();
    } finally {
      await file.close();
    }
    if (before !== null && before.uid !== process.getuid?.()) await chown(beside, before.uid, before.gid);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
