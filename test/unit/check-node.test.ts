import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const check = join(import.meta.dirname, '../../check-node.cjs');

/** What comes of starting on a Node that calls itself by this version. */
async function start(version: string): Promise<{ code: unknown; out: string; errors: string }> {
  const claimed = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require('${check}');`;
  try {
    const { stdout, stderr } = await run(process.execPath, ['-e', `${claimed} console.log('went on')`]);
    return { code: 0, out: stdout, errors: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout: string; stderr: string };
    return { code, out: stdout, errors: stderr };
  }
}

describe('a start', () => {
  it.each(['20.20.2', '24.11.1', '26.0.0'])(
    'on Node %s ends with what is needed and how to get it',
    async (version) => {
      expect(await start(version)).toEqual({
        code: 1,
        out: '',
        errors:
          `tallybot needs Node 24.12 or a later 24, and this is ${version}.\n` +
          'Run "npm ci" and start it by "npm start" or "npm run sandbox": the right Node then comes from node_modules.\n',
      });
    },
  );

  it('on the Node of the package goes on', async () => {
    expect(await start(process.versions.node)).toEqual({ code: 0, out: 'went on\n', errors: '' });
  });
});
