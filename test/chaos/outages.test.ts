import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { canStartRedis, startRedisServer } from '../helpers/redis-server.ts';
import { createStage, type Stage } from './crash-stage.ts';
import type { Service } from './lines.ts';
import { chaosSeed, createRandom } from './random.ts';

const SEED = chaosSeed();
const OUTAGE_MS = 700;
/** Longer than a call of the store is waited for. */
const HUNG_STORE_MS = 2_000;
/** The answers of a round come to their end. */
const ANSWERS_MS = 800;
/** For so long Dodo and the model are waited for. */
const PATIENCE_MS = 2_000;
const TIMEOUT_MS = 180_000;

/** What each piece of what is said takes to get through, to and fro: an ask asks the store several times. */
const SLOW_MS: Record<Service, number> = { store: 60, dodo: 400, model: 400, discord: 400, slack: 400 };

const redis = canStartRedis('outages under several processes') ? await startRedisServer() : null;
afterAll(() => redis?.close());

interface Outage {
  name: string;
  lastsMs?: number;
  begin(stage: Stage): void | Promise<void>;
  end(stage: Stage): void | Promise<void>;
}

const world = ({ fleet }: Stage) => fleet.world;

const OUTAGES: readonly Outage[] = [
  { name: 'the store stopped', begin: () => redis?.kill(), end: () => redis?.start() },
  {
    name: 'the store hung',
    lastsMs: HUNG_STORE_MS,
    begin: () => void process.kill(redis?.pid() ?? 0, 'SIGSTOP'),
    end: () => void process.kill(redis?.pid() ?? 0, 'SIGCONT'),
  },
  ...([{ status: 503 }, 'hang', 'lose_answers'] as const).map((outage) => ({
    name: `Dodo: ${typeof outage === 'string' ? outage : 'stopped'}`,
    begin: (stage: Stage) => {
      world(stage).dodo.switches.outage = outage;
    },
    end: (stage: Stage) => {
      world(stage).dodo.switches.outage = null;
    },
  })),
  ...(['close', 'hang'] as const).map((outage) => ({
    name: `the model: ${outage}`,
    begin: (stage: Stage) => world(stage).openai.faults.outage(outage),
    end: (stage: Stage) => world(stage).openai.faults.outage(null),
  })),
  ...([{ status: 503 }, { hang: true }] as const).map((outage) => ({
    name: `Discord: ${Object.keys(outage)[0]}`,
    begin: (stage: Stage) => world(stage).discord.faults.outage(outage),
    end: (stage: Stage) => world(stage).discord.faults.outage(null),
  })),
  ...(['close', 'hang'] as const).map((outage) => ({
    name: `Slack: ${outage}`,
    begin: (stage: Stage) => {
      world(stage).slack.faults.outage = outage;
    },
    end: (stage: Stage) => {
      world(stage).slack.faults.outage = 'off';
    },
  })),
  ...(Object.keys(SLOW_MS) as Service[]).map((service) => ({
    name: `${service} slow`,
    begin: (stage: Stage) => delay(stage, service, SLOW_MS[service]),
    end: (stage: Stage) => delay(stage, service, 0),
  })),
];

function delay({ fleet }: Stage, service: Service, ms: number): void {
  if (fleet.lines === null) throw new Error('expected lines between the processes and what they need');
  fleet.lines.of(service).delayMs = ms;
}

describe.skipIf(redis === null)('a service outside stopped, hung or slow for a while under load (I2, I5, I7)', () => {
  let stage: Stage;
  afterEach(async () => {
    await stage.close();
    await redis?.clear();
  });

  it(
    `seed ${SEED}: nothing lost, nothing doubled, and all goes on without a restart`,
    async () => {
      stage = await createStage({
        redisUrl: redis?.url ?? '',
        processes: 2,
        random: createRandom(SEED),
        fleet: { withLines: true, member: { patienceMs: PATIENCE_MS } },
      });
      const processes = [...stage.fleet.members()];
      for (const outage of OUTAGES) {
        stage.load();
        await pause(200);
        await outage.begin(stage);
        stage.load();
        await pause(outage.lastsMs ?? OUTAGE_MS);
        await outage.end(stage);
        stage.load();
        await pause(ANSWERS_MS);
        await stage.recover();
        process.stderr.write(`outage over: ${outage.name}\n`);
        await stage.checkMoney();
        expect(stage.fleet.members()).toEqual(processes);
        expect(processes.every((one) => one.isUp())).toBe(true);
      }
    },
    TIMEOUT_MS,
  );
});
