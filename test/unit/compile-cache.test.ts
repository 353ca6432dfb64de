import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

describe('what npm ci compiled', () => {
  let scripts: Record<string, string>;
  const path = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
  const shell = (script = '', options: { cwd?: string; env?: Record<string, string> } = {}) =>
    run('sh', ['-c', script], { ...options, env: { ...options.env, PATH: path } });

  beforeEach(async () => {
    ({ scripts } = JSON.parse(await readFile('package.json', 'utf8')));
  });

  it('is all that the bot begins with, but for its first file', async () => {
    const env = { NODE_COMPILE_CACHE: join(folder, 'cache') };
    await shell(scripts.postinstall, { env });
    const compiled = (await filesIn('cache')).length;
    expect(compiled).toBeGreaterThan(1_000);
    // Without settings it ends, once everything is there.
    const unset = scripts.start?.replace('--env-file-if-exists=.env ', '');
    await expect(shell(unset, { env })).rejects.toMatchObject({ code: 1 });
    const ofOneFile = ['its types stripped', 'its code'];
    expect((await filesIn('cache')).length - compiled).toBe(ofOneFile.length);
  });

  it('fails no installation', async () => {
    await expect(shell(scripts.postinstall, { cwd: folder })).resolves.toEqual({ stdout: '', stderr: '' });
    await mkdir(join(folder, 'src/cli'), { recursive: true });
    await copyFile('check-node.cjs', join(folder, 'check-node.cjs'));
    await writeFile(join(folder, 'src/cli/warm-up.ts'), 'throw new Error("broken");');
    const { stderr } = await shell(scripts.postinstall, { cwd: folder });
    expect(stderr).toContain('Error: broken');
  });
});
