import { execFile } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Cruise {
  modules: { source: string }[];
  summary: { error: number; violations: { from: string; to: string; rule: { name: string } }[] };
}

/** What dependency-cruiser says of some folders, by the project's own rules. */
async function cruise(...folders: string[]): Promise<Cruise> {
  const { stdout } = await run('depcruise', [...folders, '--output-type', 'json'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Cruise;
}

async function typescriptFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder), { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);
}

describe('the import rules', () => {
  const planted = join(root, 'src/core/planted-by-a-test.ts');
  afterEach(() => rm(planted, { force: true }));

  it('are applied to every file of the product', async () => {
    const { modules, summary } = await cruise('src', 'commands', 'test');
    const read = new Set(modules.map((module) => module.source));
    const files = [...(await typescriptFiles('src')), ...(await typescriptFiles('commands'))];
    expect(files.filter((file) => !read.has(file))).toEqual([]);
    expect(summary.violations).toEqual([]);
  }, 60_000);

  it('refuse core the node modules, the vendors and the other folders', async () => {
    const imports = ['node:fs', 'openai', '../web/health.ts', '../sandbox/http-server.ts'];
    await writeFile(planted, imports.map((name) => `import '${name}';\n`).join(''));
    const { summary } = await cruise('src/core/planted-by-a-test.ts');
    const refused = summary.violations.filter((violation) => violation.from.includes('planted'));
    expect(refused).toHaveLength(imports.length);
  }, 60_000);
});
