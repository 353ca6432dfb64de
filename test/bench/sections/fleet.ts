import { startRedisServer } from '../../helpers/redis-server.ts';
import { runLoad } from '../load/run-load.ts';
import { type BenchBot, startBot } from '../servers/bot.ts';
import { type StartedProcess, startUpstream } from '../servers/start-process.ts';
import { runGate } from './gate.ts';

export interface FleetFigures {
  processes: number;
  asksASecond: number;
  cpuMsAnAsk: number;
}

/** The gate in several processes on one Redis at the same time, each with members of its own. */
export async function benchFleet(sizes: readonly number[], asks: number): Promise<FleetFigures[]> {
  const figures: FleetFigures[] = [];
  for (const processes of sizes) {
    const redis = await startRedisServer();
    const order = { redisUrl: redis.url, accounts: 1_000, asking: 1_000, asks, atOnce: 64 };
    const gates = await Promise.all(Array.from({ length: processes }, () => runGate(order)));
    await redis.close();
    figures.push({
      processes,
      asksASecond: gates.reduce((sum, gate) => sum + gate.asksASecond, 0),
      cpuMsAnAsk: gates.reduce((sum, gate) => sum + gate.cpuMsAnAsk, 0) / processes,
    });
  }
  return figures;
}

export interface MemoryFigures {
  emptyMb: number;
  usedMb: number;
}

/** Memory of a bot on which every one of so many members has asked, against one without members. */
export async function benchMemory(members: number): Promise<MemoryFigures> {
  const upstream = await startUpstream({ pieces: 5 });
  const one = await startBot({ upstreamUrl: upstream.url, members: 1 });
  await ask(one, 2_000, 64);
  const emptyMb = one.rssMb();
  await one.close();
  const many = await startBot({ upstreamUrl: upstream.url, members });
  await ask(many, members, 64);
  const usedMb = many.rssMb();
  await many.close();
  await upstream.close();
  return { emptyMb, usedMb };
}

export interface SoakFigures {
  minutes: number;
  asks: number;
  startMb: number;
  endMb: number;
}

/** Asks without a pause; the memory after a tenth of the time, and at the end. */
export async function benchSoak(minutes: number): Promise<SoakFigures> {
  const upstream = await startUpstream({ modelDelayMs: 20, pieces: 20 });
  const bot = await startBot({ upstreamUrl: upstream.url, members: 1_000 });
  const until = performance.now() + minutes * 60_000;
  const settled = performance.now() + minutes * 6_000;
  let [asks, startMb] = [0, Number.NaN];
  while (performance.now() < until) {
    await ask(bot, 2_000, 16);
    asks += 2_000;
    if (Number.isNaN(startMb) && performance.now() > settled) startMb = bot.rssMb();
  }
  const endMb = bot.rssMb();
  await bot.close();
  await upstream.close();
  return { minutes, asks, startMb, endMb };
}

async function ask(bot: BenchBot & StartedProcess, count: number, atOnce: number): Promise<void> {
  await runLoad(bot, {
    requests: bot.apiKeys.map((key) => ({
      path: '/api/generate',
      body: JSON.stringify({ prompt: 'And now?' }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    })),
    count,
    atOnce,
    warmUp: 0,
  });
}
