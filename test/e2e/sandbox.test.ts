import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPinoLog } from '../../src/ports/log/pino-log.ts';
import { runTour } from '../../src/sandbox/tour/run-tour.ts';

const root = join(import.meta.dirname, '../..');
let temporary: string;
let children: ChildProcessWithoutNullStreams[] = [];

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'tallybot-test-'));
});

afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  children = [];
  await rm(temporary, { recursive: true, force: true });
});

interface Run {
  child: ChildProcessWithoutNullStreams;
  output(): string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

/** Starts the sandbox as `npm run sandbox` does, in a process group and with a temporary folder of its own. */
function start(...args: string[]): Run {
  const env = { ...process.env, TMPDIR: temporary, NO_COLOR: '1' };
  const child = spawn(process.execPath, ['src/cli/sandbox.ts', ...args], { cwd: root, env, detached: true });
  children.push(child);
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { child, output: () => output, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function saysWhereItIs(run: Run): Promise<void> {
  while (!run.output().includes('Press Ctrl-C')) {
    const came = await Promise.race([once(run.child.stdout, 'data'), run.ended]);
    if (!Array.isArray(came)) throw new Error(`expected the sandbox to start, but it ended: ${run.output()}`);
  }
}

function addressOf(run: Run, name: string): string {
  return new RegExp(`${name} +(http://\\S+)`).exec(run.output())?.[1] ?? `no ${name} in ${run.output()}`;
}

/** Whether any process of the group is left. */
function isGroupAlive(run: Run): boolean {
  try {
    process.kill(-(run.child.pid ?? 0), 0);
    return true;
  } catch {
    return false;
  }
}

describe('npm run sandbox -- --tour', () => {
  it('plays the whole story and exits 0', async () => {
    const run = start('--tour');
    const code = await run.ended;
    const output = run.output();
    expect(output).not.toContain('✗');
    expect(code).toBe(0);
    for (const line of [
      'Ana asks with an empty wallet',
      '[Subscribe to Starter · $29.00 a month]',
      '**10,000,000 tokens were added**',
      '✎',
      '**5,000,000 tokens were added**',
      'at or below 20%',
      'at or below 5%',
      'The answer ends here: your balance allowed at most',
      'Ben asks with an empty wallet',
      'Ben, Slack in #general: /ask And the sky?',
      'Chen runs into overage',
      'Further',
      'overage_charged',
      'The books of Chen: side by side',
      '0 not.',
    ]) {
      expect(output).toContain(line);
    }
    expect(output).toMatch(/Dodo's overage of Chen: 9,99\d,\d{3} tokens/);
    expect(isGroupAlive(run)).toBe(false);
    expect(await readdir(temporary)).toEqual([]);
  }, 180_000);

  it('plays the same story where the bot connects to both platforms by itself', async () => {
    const folder = join(temporary, 'connected');
    const run = start('--tour', '--discord', 'gateway', '--slack', 'socket', '--data', folder);
    const code = await run.ended;
    const output = run.output();
    expect(output).not.toContain('✗');
    expect(code).toBe(0);
    for (const line of ['Ana asks with an empty wallet', '✎', 'Ben asks with an empty wallet', '0 not.']) {
      expect(output).toContain(line);
    }
    const log = await readFile(join(folder, 'bot.log'), 'utf8');
    expect(log).toContain('the gateway is open');
    expect(log).toContain('connected to Slack by Socket Mode');
    expect(isGroupAlive(run)).toBe(false);
  }, 180_000);

  it("says what differed and fails when Dodo's webhooks get lost", async () => {
    let output = '';
    const code = await runTour({
      folder: temporary,
      log: createPinoLog({ level: 'silent' }),
      hasColours: false,
      patienceMs: 800,
      write: (text) => {
        output += text;
      },
      prepare: (world) => {
        world.dodo.webhooks.faults.drop = true;
      },
    });
    expect(code).toBe(1);
    expect(output).toContain('The tour differs');
    expect(output).toContain('the story of Ana on discord: expected it to go on');
    expect(output).toContain('the DMs of Ben were none');
    expect(output).toMatch(/\d+ expectations met, 3 not\./);
  }, 60_000);
});

describe('npm run sandbox', () => {
  it('starts, is ready, and ends on SIGTERM without leaving anything behind', async () => {
    const run = start();
    await saysWhereItIs(run);
    const ready = await fetch(`${addressOf(run, 'Bot')}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ready' }]);
    const page = await fetch(addressOf(run, 'Playground'));
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('tallybot playground')]);
    expect(run.output()).toContain('[[think:50000]]');
    expect(run.output()).not.toContain('"level"');

    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(isGroupAlive(run)).toBe(false);
    expect(await readdir(temporary)).toEqual([]);
  }, 60_000);

  it('keeps database and log in the folder it is given, and asks for another one the next time', async () => {
    const folder = join(temporary, 'kept');
    const first = start('--data', folder);
    await saysWhereItIs(first);
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(existsSync(join(folder, 'tallybot.db'))).toBe(true);
    expect(existsSync(join(folder, 'bot.log'))).toBe(true);

    const second = start('--data', folder);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('holds the database of an earlier sandbox');
  }, 60_000);

  it.each(['discord', 'slack'] as const)(
    'lets the bot connect to %s by itself when asked to',
    async (platform) => {
      const ways = { discord: 'gateway', slack: 'socket' };
      const run = start('--verbose', `--${platform}`, ways[platform]);
      await saysWhereItIs(run);
      const ready = await fetch(`${addressOf(run, 'Bot')}/readyz`);
      expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ready' }]);
      const connecting = run.output().match(/"platform":"\w+","msg":"connecting"/g);
      expect(connecting).toEqual([`"platform":"${platform}","msg":"connecting"`]);
      run.child.kill('SIGTERM');
      expect(await run.ended).toBe(0);
      expect(isGroupAlive(run)).toBe(false);
    },
    60_000,
  );

  it('writes its log to the terminal when asked to', async () => {
    const run = start('--verbose');
    await saysWhereItIs(run);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(run.output()).toContain('"msg":"tallybot is ready"');
  }, 60_000);

  it.each([[['--nonsense']], [['--data']], [['something']]])(
    'refuses %j plainly',
    async (args) => {
      const run = start(...args);
      expect(await run.ended).toBe(1);
      expect(run.output()).toContain('The sandbox could not run: ');
      expect(run.output()).toContain(args[0]);
      expect(run.output()).not.toContain('    at ');
    },
    30_000,
  );

  it.each([
    [['--discord', 'socket'], "expected http or gateway after '--discord', got 'socket'"],
    [['--slack', 'gateway'], "expected http or socket after '--slack', got 'gateway'"],
    [['--tour', '--discord='], "expected http or gateway after '--discord', got ''"],
  ])(
    'refuses %j, and says what it takes',
    async (args, why) => {
      const run = start(...args);
      expect(await run.ended).toBe(1);
      expect(run.output()).toBe(`The sandbox could not run: ${why}\nTry: npm run sandbox -- --help\n`);
    },
    30_000,
  );

  it('explains itself', async () => {
    const run = start('--help');
    expect(await run.ended).toBe(0);
    for (const flag of ['--tour', '--discord', '--slack', '--data', '--verbose']) expect(run.output()).toContain(flag);
  }, 30_000);
});
