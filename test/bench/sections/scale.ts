import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBot } from '../servers/bot.ts';
import { loadAll, type StartedProcess, startProcess, startUpstream } from '../servers/start-process.ts';
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

/** Milliseconds from the start of a process; of several starts, the quickest. */
export interface StartFigures {
  /** Until the bot was ready, with what `npm ci` compiled. */
  installed: number;
  /** With what an earlier start compiled. */
  later: number;
  /** With nothing compiled, as where scripts of packages do not run. */
  bare: number;
  /** Until the libraries were there that its configuration needs, with what was compiled of them, and without. */
  libraries: { later: number; bare: number };
}

/** Starts the bot and loads its libraries, by the same node with the same flags, each with compile caches of its own. */
export async function benchStart(times: number): Promise<StartFigures> {
  const upstream = await startUpstream({ pieces: 1 });
  const bot = (env: CacheEnv) => startBot({ upstreamUrl: upstream.url, members: 0, env });
  const libraries = (env: CacheEnv) => startProcess('servers/libraries.ts', [], env);
  const took: StartFigures[] = [];
  for (let time = 0; time < times; time += 1) {
    const [bare, later] = await withCache(async (env) => [await readyOf(bot(env)), await readyOf(bot(env))] as const);
    const installed = await withCache(async (env) => {
      await loadAll(env);
      return readyOf(bot(env));
    });
    const [librariesBare, librariesLater] = await withCache(
      async (env) => [await readyOf(libraries(env)), await readyOf(libraries(env))] as const,
    );
    took.push({ installed, later, bare, libraries: { later: librariesLater, bare: librariesBare } });
  }
  await upstream.close();
  const quickest = (of: (one: StartFigures) => number) => Math.min(...took.map(of));
  return {
    installed: quickest((one) => one.installed),
    later: quickest((one) => one.later),
    bare: quickest((one) => one.bare),
    libraries: {
      later: quickest((one) => one.libraries.later),
      bare: quickest((one) => one.libraries.bare),
    },
  };
}

type CacheEnv = Readonly<Record<'NODE_COMPILE_CACHE', string>>;

async function withCache<T>(job: (env: CacheEnv) => Promise<T>): Promise<T> {
  const cache = await mkdtemp(join(tmpdir(), 'tallybot-bench-cache-'));
  const done = await job({ NODE_COMPILE_CACHE: cache });
  await rm(cache, { recursive: true, force: true });
  return done;
}

/** Ends in order, so that what was compiled is kept. */
async function readyOf(starting: Promise<StartedProcess>): Promise<number> {
  const started = await starting;
  await started.close();
  return started.readyMs;
}
