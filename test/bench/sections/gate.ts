import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startRedisServer } from '../../helpers/redis-server.ts';
import type { GateFigures, GateOrder } from '../gate/gate-process.ts';
import { medianRound } from '../measure/figures.ts';

const PROCESS = fileURLToPath(new URL('../gate/gate-process.ts', import.meta.url));
const REPLAY = fileURLToPath(new URL('../gate/replay-process.ts', import.meta.url));

/** Runs the gate and then its engine alone, in a process of their own. */
export async function runGate(order: GateOrder): Promise<GateFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(order)]);
  return JSON.parse(stdout) as GateFigures;
}

/**
 * Runs the gate, and then the commands that it sent.
 * @returns asks a second that the commands alone allow
 */
async function runReplay(order: GateOrder): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [REPLAY, JSON.stringify(order)]);
  return Number(stdout);
}

/** A machine is quicker at one moment than at another: the gate and its engine have their turn in each. */
const ROUNDS = 3;

/**
 * Redis writes its file anew from 64 MB on, in a process that takes one of two cores for a second: sometimes the gate's,
 * sometimes that of the engine alone (https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/).
 */
const NEVER_ANEW = ['--auto-aof-rewrite-percentage', '0'];

export interface GateRounds extends GateFigures {
  /** Of the engine alone. */
  ratio: number;
  /** What the gate's commands alone allow, sent again; only on Redis. */
  replayedASecond?: number;
}

/** The gate and its engine alone, each in an empty store, in some rounds. @returns the one with the median ratio */
export async function benchGate(engine: 'SQLite' | 'Redis', order: Omit<GateOrder, 'redisUrl'>): Promise<GateRounds> {
  const rounds: GateRounds[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await benchRound(engine, order));
  return medianRound(rounds, ({ ratio }) => ratio);
}

async function benchRound(engine: 'SQLite' | 'Redis', order: Omit<GateOrder, 'redisUrl'>): Promise<GateRounds> {
  const redis = engine === 'Redis' ? await startRedisServer(NEVER_ANEW) : null;
  try {
    const figures = await runGate({ ...order, redisUrl: redis?.url ?? null });
    return {
      ...figures,
      ratio: figures.asksASecond / figures.bareAsksASecond,
      // Its share in the gate is what the gate's rules and clients leave to Redis.
      ...(redis === null ? {} : { replayedASecond: await runReplay({ ...order, redisUrl: redis.url }) }),
    };
  } finally {
    await redis?.close();
  }
}
