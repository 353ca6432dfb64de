import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { createSqliteStore } from '../../src/ports/store/sqlite/sqlite-store.ts';
import { temporaryDatabase } from './store-sqlite-files.ts';

const script = fileURLToPath(new URL('./store-sqlite-child.ts', import.meta.url));
const now = () => 0;

describe('the SQLite store when things break', () => {
  let database = { path: '', remove: async () => {} };
  let child: ChildProcess | null = null;
  let store: Store | null = null;

  beforeEach(async () => {
    database = await temporaryDatabase();
  });
  afterEach(async () => {
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    child = null;
    await store?.close();
    store = null;
    await database.remove();
  });

  /** Runs the committing child and collects its lines; at the `stopAt`th it is killed with -9. */
  async function run(command: string[], stopAt = Number.POSITIVE_INFINITY): Promise<string[]> {
    const [file = '', ...args] = command;
    const running = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child = running;
    const ended = once(running, 'close');
    const lines: string[] = [];
    for await (const line of createInterface({ input: running.stdout })) {
      lines.push(line);
      if (lines.length === stopAt) running.kill('SIGKILL');
    }
    await ended;
    return lines;
  }

  function idsOf(lines: string[], outcome: 'done' | 'refused'): string[] {
    return lines.filter((line) => line.startsWith(`${outcome} `)).map((line) => line.slice(outcome.length + 1));
  }

  it('has every commit that was told as done after kill -9, whole, and opens at once', async () => {
    for (const stopAt of [4, 57, 301]) {
      const lines = await run([process.execPath, script, database.path, '1'], stopAt);
      expect(child?.signalCode).toBe('SIGKILL');
      const done = idsOf(lines, 'done');
      expect(done.length).toBeGreaterThanOrEqual(stopAt - 1);
      store = await createSqliteStore({ path: database.path, now });
      for (const id of done) {
        const loaded = await store.load(id, [id]);
        expect(loaded.version).toBeGreaterThan(0);
        expect(loaded.seen).toEqual(new Set([id]));
        expect(await store.record('ask', id)).not.toBeNull();
      }
      await store.check();
      await store.close();
      await database.remove();
      database = await temporaryDatabase();
    }
  });

  it('refuses a second process at once, naming the file, and lets it in when the first was killed', async () => {
    const running = spawn(process.execPath, [script, database.path, '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = running;
    await once(createInterface({ input: running.stdout }), 'line');
    await expect(createSqliteStore({ path: database.path, now })).rejects.toThrow(
      new RegExp(`${database.path} is in use by another process`),
    );
    running.kill('SIGKILL');
    await once(running, 'exit');
    store = await createSqliteStore({ path: database.path, now });
    await store.check();
  });

  it('keeps its lock against other processes after an attempt of its own process was refused', async () => {
    store = await createSqliteStore({ path: database.path, now });
    await expect(createSqliteStore({ path: database.path, now })).rejects.toThrow('in use');
    const running = spawn(process.execPath, [script, database.path, '1'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = running;
    const ended = once(running, 'close');
    let said = '';
    for await (const line of createInterface({ input: running.stderr })) said += line;
    expect(await ended).toEqual([1, null]);
    expect(said).toContain(`${database.path} is in use by another process`);
    await store.check();
  });

  // The limit on file sizes makes writes fail as a full disk does, and needs no disk to fill.
  it.skipIf(process.platform === 'win32')('tells no commit as done that a full disk refused', async () => {
    const limited = ['/bin/sh', '-c', 'ulimit -f 1000 && exec "$0" "$@"', process.execPath, script, database.path, '8'];
    const lines = await run(limited);
    const done = idsOf(lines, 'done');
    const refused = idsOf(lines, 'refused');
    expect(done.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(lines.at(-1)).toBe('1 is still read');
    store = await createSqliteStore({ path: database.path, now });
    for (const id of done) expect((await store.load(id, [id])).version).toBe(1);
    for (const id of refused) {
      expect(await store.load(id, [id])).toEqual({ version: 0, document: null, seen: new Set() });
      expect(await store.record('ask', id)).toBeNull();
    }
  });
});
