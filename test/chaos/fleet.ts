import { renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../src/sandbox/http-server.ts';
import {
  createSimulatedWorld,
  type SimulatedWorld,
  type SimulatedWorldOptions,
} from '../../src/sandbox/simulated-world.ts';
import { sumOfSeries } from '../helpers/bot.ts';
import { letReadChannels } from '../helpers/slack-reading.ts';
import { startBalancer } from './balancer.ts';
import { type Lines, openLines } from './lines.ts';
import { type Member, startMember } from './member-process.ts';
import type { MemberOptions } from './protocol.ts';

/** Processes of the bot on one store, behind a load balancer, among simulators that live in the test's process. */
export interface Fleet {
  world: SimulatedWorld;
  /** What the processes are configured with. */
  env: Record<string, string>;
  /** Between the processes and what they need; null: they reach it directly. */
  lines: Lines | null;
  members(): readonly Member[];
  /** Starts one more and waits until it takes requests. */
  start(roles?: string): Promise<Member>;
  /** Forgets the processes that have ended. @returns how many */
  bury(): number;
  /** Puts the clocks of all processes and simulators forward. */
  advance(ms: number): void;
  now(): number;
  /** Lets all that is due be done, webhooks included. */
  settle(): Promise<void>;
  /** Kills all processes. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export interface FleetOptions {
  /** A Redis that is the fleet's alone; SQLite, which has one process, without it. */
  redisUrl?: string;
  /** Whether the network to each service can be made slow; needs Redis. */
  withLines?: boolean;
  env?: Record<string, string>;
  member?: Partial<MemberOptions>;
  world?: Partial<SimulatedWorldOptions>;
}

export async function createFleet(options: FleetOptions = {}): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-chaos-'));
  const frontPort = await freePort();
  let aheadMs = 0;
  let members: Member[] = [];
  const clockFile = join(folder, 'clock');
  /** Replaced whole, so that nobody reads half a number. */
  function setClocks(): void {
    writeFileSync(`${clockFile}.next`, String(aheadMs));
    renameSync(`${clockFile}.next`, clockFile);
  }
  setClocks();
  const now = () => Date.now() + aheadMs;
  const world = await createSimulatedWorld({
    databasePath: join(folder, 'tallybot.db'),
    botPort: frontPort,
    rateLimits: 'off',
    now,
    ...options.world,
  });
  letReadChannels(world.slack);
  const direct: Record<string, string> = {
    ...world.env,
    PORT: '0',
    LOG_LEVEL: 'warn',
    ...(options.redisUrl !== undefined && { REDIS_URL: options.redisUrl }),
    ...options.env,
  };
  const lines = options.withLines === true ? await openLines(direct) : null;
  const env = lines?.env ?? direct;
  const balancer = await startBalancer(frontPort, () =>
    members.filter((member) => member.isUp()).map((member) => member.url() ?? ''),
  );

  async function end(): Promise<void> {
    for (const member of members) member.kill();
    await Promise.all(members.map((member) => member.ended));
    members = [];
  }

  return {
    world,
    env,
    lines,
    members: () => members,
    async start(roles = 'web,bot,worker') {
      const member = startMember(
        { ...env, ...(env.REDIS_URL !== undefined && { ROLES: roles }) },
        { isCommitBlind: false, patienceMs: 5_000, ...options.member, clockFile },
      );
      members.push(member);
      await member.ready();
      return member;
    },
    bury() {
      const before = members.length;
      members = members.filter((member) => !member.hasEnded());
      return before - members.length;
    },
    advance(ms) {
      aheadMs += ms;
      world.dodo.clock.advance(ms);
      setClocks();
    },
    now,
    async settle() {
      for (let round = 0; round < 2; round += 1) {
        await world.dodo.webhooks.flush();
        await Promise.all(members.filter((member) => member.isUp() && member.works).map((member) => member.settle()));
      }
    },
    end,
    async close() {
      await end();
      await balancer.close();
      await lines?.close();
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Looks every few milliseconds. @throws Error naming what did not come */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`expected ${typeof what === 'string' ? what : what()} within ${withinMs} ms`);
    await pause(40);
  }
}

/** Asks that run in a process now. @throws Error when it does not answer */
export async function runningAsks(member: Member): Promise<number> {
  const answer = await fetch(`${member.url()}/metrics`, { signal: AbortSignal.timeout(2_000) });
  return sumOfSeries(await answer.text(), 'tallybot_asks_running');
}

/** A counter of a process's `/metrics`, without `tallybot_` and `_total`; 0 when nothing was counted. */
export async function metricOf(member: Member, name: string): Promise<number> {
  const text = await (await fetch(`${member.url()}/metrics`)).text();
  return sumOfSeries(text, `tallybot_${name}_total`);
}

/** The sum over the processes that are up. */
export async function fleetMetric(fleet: Pick<Fleet, 'members'>, name: string): Promise<number> {
  const up = fleet.members().filter((member) => member.isUp());
  const figures = await Promise.all(up.map((member) => metricOf(member, name)));
  return figures.reduce((sum, figure) => sum + figure, 0);
}
