import { startBot } from '../servers/bot.ts';
import { startProcess, startUpstream } from '../servers/start-process.ts';
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
  readyMs: number;
  importMs: number;
  ratio: number;
}

/** From the start of the process until it is ready, against loading the libraries that its configuration needs. */
export async function benchStart(): Promise<StartFigures> {
  const upstream = await startUpstream({ pieces: 1 });
  const readyMs = await fastestOf(3, () => startBot({ upstreamUrl: upstream.url, members: 0 }));
  const importMs = await fastestOf(3, () => startProcess('servers/libraries.ts', [], {}));
  await upstream.close();
  return { readyMs, importMs, ratio: readyMs / importMs };
}

async function fastestOf(times: number, start: () => Promise<{ close(): Promise<void> }>): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const from = performance.now();
    const started = await start();
    took.push(performance.now() - from);
    await started.close();
  }
  return Math.min(...took);
}
