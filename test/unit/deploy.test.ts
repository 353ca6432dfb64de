import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const scripts: Record<string, string> = JSON.parse(await readFile('package.json', 'utf8')).scripts;

describe('what starts the bot elsewhere', () => {
  it('is, in the Procfile, npm scripts that there are, and every role once', async () => {
    const lines = (await readFile('Procfile', 'utf8')).trim().split('\n');
    const processes = lines.map((line) => /^(\w+): (?:ROLES=(\w+) )?npm (?:run )?(\w+)$/.exec(line)?.slice(1));
    expect(processes).toEqual([
      ['web', 'web', 'start'],
      ['bot', 'bot', 'start'],
      ['worker', 'worker', 'start'],
      ['release', undefined, 'register'],
    ]);
    for (const [, , script = ''] of processes.map((found) => found ?? [])) expect(scripts).toHaveProperty(script);
  });

  it('is, in the example of a systemd unit, what npm start runs', async () => {
    const unit = await readFile('docs/deploy.md', 'utf8');
    const command = /^ExecStart=\/opt\/tallybot\/node_modules\/\.bin\/(.*)$/m.exec(unit)?.[1];
    expect(`exec ${command}`).toBe(scripts.start);
  });

  it('names only variables that there are', async () => {
    const ofNode = 'NODE_USE_ENV_PROXY=\nHTTPS_PROXY=';
    const known = `${await readFile('.env.example', 'utf8')}\n${ofNode}`;
    const named = (await readFile('docs/deploy.md', 'utf8')).match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((name) => !new RegExp(`^${name}=`, 'm').test(known))).toEqual([]);
  });
});
