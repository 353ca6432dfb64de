import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallybot-cache-'));
  await copyFile(join(import.meta.dirname, '../../compile-cache.cjs'), join(folder, 'compile-cache.cjs'));
  await writeFile(join(folder, 'main.ts'), "const said: string = 'went on';\nconsole.log(said);\n");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a start writes, with nothing in its environment but what is given. */
async function start(env: Record<string, string> = {}): Promise<{ stdout: string; stderr: string }> {
  const preloaded = ['--require', './compile-cache.cjs', 'main.ts'];
  return run(process.execPath, preloaded, { cwd: folder, env: { PATH: process.env.PATH ?? '', ...env } });
}

const filesIn = async (name: string) =>
  (await readdir(join(folder, name), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

describe('what a start compiled', () => {
  it('is kept beside the packages', async () => {
    await mkdir(join(folder, 'node_modules'));
    expect(await start()).toEqual({ stdout: 'went on\n', stderr: '' });
    expect(await filesIn('node_modules/.cache/tallybot')).not.toEqual([]);
    expect(await start()).toEqual({ stdout: 'went on\n', stderr: '' });
  });

  it('is kept where the operator says', async () => {
    await start({ NODE_COMPILE_CACHE: join(folder, 'elsewhere') });
    expect(await filesIn('elsewhere')).not.toEqual([]);
    expect(await readdir(folder)).not.toContain('node_modules');
  });

  it('is not kept where that cannot be written', async () => {
    await writeFile(join(folder, 'node_modules'), 'a file where the folder would be');
    expect(await start()).toEqual({ stdout: 'went on\n', stderr: '' });
  });
});
