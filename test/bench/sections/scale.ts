import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBot } from '../servers/bot.ts';
import { type StartedProcess, startProcess, startUpstream } from '../servers/start-process.ts';
import { runGate } from './gate.ts';

export interface SpeedFigures {
  accounts: number;
  asksASecond: number;
  cpuMsAnAsk: number;
}

/** The gate's speed for 1,000 members who ask, with ever more accounts beside them. */
export async function benchSpeedByAccounts(sizes: readonly number[]): Promise<SpeedFigures[]> {
  const figures: SpeedFigures[] = [];
  for (const accounts of sizes) {
    const { asksASecond, cpuMsAnAsk } = await runGate({
      redisUrl: null,
      accounts,
      asking: 1_000,
      asks: 5_000,
      atOnce: 64,
    });
    figures.push({ accounts, asksASecond, cpuMsAnAsk });
  }
  return figures;
}

export interface StartFigures {
  /** With nothing kept of an earlier start. */
  first: ReadyFigures;
  /** With what an earlier start compiled. */
  later: ReadyFigures;
}

interface ReadyFigures {
  readyMs: number;
  librariesMs: number;
}

/**
 * From the start of the process until it is ready, against loading the libraries that its configuration needs: by the
 * same node with the same flags, each with a compile cache of its own.
 */
export async function benchStart(times: number): Promise<StartFigures> {
  const upstream = await startUpstream({ pieces: 1 });
  const bot = (env: CacheEnv) => startBot({ upstreamUrl: upstream.url, members: 0, env });
  const libraries = (env: CacheEnv) => startProcess('servers/libraries.ts', [], env);
  const fastest: StartFigures = { first: NEVER, later: NEVER };
  for (let time = 0; time < times; time += 1) {
    const [ready, loaded] = [await twice(bot), await twice(libraries)];
    for (const which of ['first', 'later'] as const) {
      fastest[which] = {
        readyMs: Math.min(fastest[which].readyMs, ready[which]),
        librariesMs: Math.min(fastest[which].librariesMs, loaded[which]),
      };
    }
  }
  await upstream.close();
  return fastest;
}

type CacheEnv = Readonly<Record<'NODE_COMPILE_CACHE', string>>;

const NEVER: ReadyFigures = { readyMs: Number.POSITIVE_INFINITY, librariesMs: Number.POSITIVE_INFINITY };

/** @returns the milliseconds until it was ready, without and with what the start before kept */
async function twice(start: (env: CacheEnv) => Promise<StartedProcess>): Promise<{ first: number; later: number }> {
  const cache = await mkdtemp(join(tmpdir(), 'tallybot-bench-cache-'));
  const once = async () => {
    const started = await start({ NODE_COMPILE_CACHE: cache });
    await started.close();
    return started.readyMs;
  };
  const took = { first: await once(), later: await once() };
  await rm(cache, { recursive: true, force: true });
  return took;
}
