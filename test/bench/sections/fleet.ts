import { startRedisServer } from '../../helpers/redis-server.ts';
import { runLoad } from '../load/run-load.ts';
import { type BenchBot, startBot } from '../servers/bot.ts';
import { type StartedProcess, startUpstream } from '../servers/start-process.ts';
import { runGate } from './gate.ts';

export interface FleetFigures {
  processes: number;
  asksASecond: number;
  cpuMsAnAsk: number;
  redisCpuMsAnAsk: number;
}

/** The gate in several processes on one Redis at the same time, each with members of its own. */
export async function benchFleet(sizes: readonly number[], asks: number): Promise<FleetFigures[]> {
  const figures: FleetFigures[] = [];
  for (const processes of sizes) {
    const redis = await startRedisServer();
    const order = { redisUrl: redis.url, accounts: 1_000, asking: 1_000, asks, atOnce: 64, isCompared: false };
    const gates = await Promise.all(Array.from({ length: processes }, () => runGate(order)));
    await redis.close();
    figures.push({
      processes,
      asksASecond: gates.reduce((sum, gate) => sum + gate.asksASecond, 0),
      cpuMsAnAsk: gates.reduce((sum, gate) => sum + gate.cpuMsAnAsk, 0) / processes,
      // All gates run at about the same time, so each has seen about the whole of it.
      redisCpuMsAnAsk: gates.reduce((sum, gate) => sum + gate.redisCpuMs, 0) / processes / (processes * asks),
    });
  }
  return figures;
}

/** In MB. */
interface Memory {
  /** All that the process holds of the machine's, garbage that V8 has not collected yet included. */
  resident: number;
  /** What it cannot do without. */
  live: number;
}

export interface MemoryFigures {
  one: Memory;
  all: Memory;
}

/** Memory of a bot that one member has asked so many times, and of one that so many members have asked once each. */
export async function benchMemory(members: number): Promise<MemoryFigures> {
  const upstream = await startUpstream({ pieces: 5 });
  const memoryAfterAsks = async (askedBy: number): Promise<Memory> => {
    const bot = await startBot({ upstreamUrl: upstream.url, members: askedBy });
    await ask(bot, members, 64);
    const memory = await memoryOf(bot);
    await bot.close();
    return memory;
  };
  const [one, all] = [await memoryAfterAsks(1), await memoryAfterAsks(members)];
  await upstream.close();
  return { one, all };
}

export interface SoakFigures {
  minutes: number;
  asks: number;
  start: Memory;
  end: Memory;
}

/** Asks without a pause; the memory after a tenth of the time, and at the end. */
export async function benchSoak(minutes: number): Promise<SoakFigures> {
  const upstream = await startUpstream({ modelDelayMs: 20, pieces: 20 });
  const bot = await startBot({ upstreamUrl: upstream.url, members: 1_000 });
  const from = performance.now();
  const isBefore = (share: number) => performance.now() < from + share * minutes * 60_000;
  let asks = 0;
  const askWhile = async (isGoingOn: () => boolean) => {
    while (isGoingOn()) {
      await ask(bot, 2_000, 16);
      asks += 2_000;
    }
  };
  await askWhile(() => isBefore(0.1));
  const start = await memoryOf(bot);
  await askWhile(() => isBefore(1));
  const end = await memoryOf(bot);
  await bot.close();
  await upstream.close();
  return { minutes, asks, start, end };
}

async function memoryOf(bot: StartedProcess): Promise<Memory> {
  const resident = bot.rssMb();
  return { resident, live: await bot.liveMb() };
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
