import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Each takes longer to load than all of our own code. */
const WHERE_NEEDED = ['@redis/client', '@slack/bolt', 'discord.js', 'gpt-tokenizer'];

it('a bot loads the libraries of Redis, of platforms and of the tokenizer only where they are needed', async () => {
  const loaded = `
    await import('./src/app.ts');
    const { createRequire } = await import('node:module');
    console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', loaded], {
    cwd: join(import.meta.dirname, '../..'),
  });
  expect(stdout).toContain('/node_modules/express/');
  expect(WHERE_NEEDED.filter((library) => stdout.includes(`/node_modules/${library}/`))).toEqual([]);
});
