import { availableParallelism } from 'node:os';
import { atLeast, atMost, type Section } from '../measure/report.ts';
import { benchChat } from './chat.ts';
import { benchDodoCalls } from './dodo-calls.ts';
import { benchFleet, benchMemory, benchSoak } from './fleet.ts';
import { benchGate } from './gate.ts';
import { benchGenerate } from './generate.ts';
import { benchOverspend } from './overspend.ts';
import { benchSpeedByAccounts, benchStart } from './scale.ts';
import { benchWebhooks } from './webhooks.ts';

/** How much is done: figures of a quick run are rough. */
export interface Effort {
  isQuick: boolean;
  soakMinutes: number;
}

/** What is measured, by the name that `--only` takes. */
export const SECTIONS: Record<string, (effort: Effort) => Promise<Section>> = {
  generate: generateSection,
  chat: chatSection,
  gate: gateSection,
  webhooks: webhooksSection,
  dodo: dodoSection,
  overspend: overspendSection,
  scale: scaleSection,
  fleet: fleetSection,
  soak: soakSection,
};

async function generateSection({ isQuick }: Effort): Promise<Section> {
  const section: Section = { title: '1. /api/generate', rows: [], targets: [] };
  for (const modelDelayMs of [0, 50]) {
    for (const dodoDelayMs of [0, 100]) {
      for (const atOnce of [1, 64, 512]) {
        const count = (isQuick ? 0.25 : 1) * Math.min(6_000, atOnce === 1 ? 200 : atOnce * 40);
        const { ours, reference, floor } = await benchGenerate({ modelDelayMs, dodoDelayMs, atOnce, count });
        const at = `model ${modelDelayMs} ms, Dodo ${dodoDelayMs} ms, ${atOnce} at once`;
        for (const [server, figures] of Object.entries({ ours, reference, floor })) {
          section.rows.push({
            run: at,
            server,
            'asks/s': figures.aSecond,
            'median ms': figures.medianMs,
            'p99 ms': figures.p99Ms,
            'CPU ms/ask': figures.cpuMsEach,
          });
        }
        if (atOnce === 64) {
          const wanted = dodoDelayMs === 0 ? 1.8 : 3;
          section.targets.push(atLeast(`${at}: of the reference`, ours.aSecond / reference.aSecond, wanted));
          section.targets.push(atLeast(`${at}: of the floor`, ours.aSecond / floor.aSecond, 0.7));
        }
        if (atOnce === 1) {
          section.targets.push(atMost(`${at}: ms added to the floor`, ours.medianMs - floor.medianMs, 3));
        }
      }
    }
  }
  return section;
}

async function chatSection(): Promise<Section> {
  const section: Section = { title: '2. /ask of members whose answers stream', rows: [], targets: [] };
  // Slack lets a workspace edit about once a second in all: with 500 members at once their first words wait for that.
  for (const [platform, members] of [
    ['discord', 500],
    ['slack', 500],
    ['slack', 10],
  ] as const) {
    const figures = await benchChat(platform, members);
    const isPaced = platform === 'slack' && members > 10;
    section.rows.push({
      platform,
      members,
      'acknowledged, median ms': figures.acknowledgedMedianMs,
      'acknowledged, p99 ms': figures.acknowledgedP99Ms,
      'first text, median ms': figures.addedToFirstTextMs,
      'edits/s': figures.editsASecond,
      'CPU ms/ask': figures.cpuMsAnAsk,
    });
    const what = `${platform}, ${members} members`;
    section.targets.push(atMost(`${what}: acknowledged, p99 ms`, figures.acknowledgedP99Ms, 250));
    if (!isPaced)
      section.targets.push(atMost(`${what}: until the first text, median ms`, figures.addedToFirstTextMs, 60));
  }
  return section;
}

async function gateSection({ isQuick }: Effort): Promise<Section> {
  const section: Section = { title: '3. hold + heartbeat + settle, against the engine alone', rows: [], targets: [] };
  const asks = isQuick ? 2_000 : 10_000;
  for (const engine of ['SQLite', 'Redis'] as const) {
    for (const asking of [1, 10_000]) {
      for (const atOnce of [64, 256]) {
        const figures = await benchGate(engine, { accounts: asking, asking, asks, atOnce });
        const wallets = asking === 1 ? 'one wallet' : `${asking} wallets`;
        section.rows.push({
          engine,
          wallets,
          'at once': atOnce,
          'asks/s': figures.asksASecond,
          'engine alone': figures.bareAsksASecond,
          ratio: figures.ratio,
          'the same commands, replayed': figures.replayedASecond ?? '',
          'durable commits an ask': figures.durable.commits / asks,
          'median ms': figures.medianMs,
          'p99 ms': figures.p99Ms,
          'CPU ms/ask': figures.cpuMsAnAsk,
          'CPU ms/ask of Redis': figures.redisCpuMs / asks,
        });
        section.targets.push(
          atLeast(`${engine}, ${wallets}, ${atOnce} at once: of the engine alone`, figures.ratio, 0.6),
        );
      }
    }
  }
  return section;
}

async function webhooksSection(): Promise<Section> {
  const { ours, verifyOnly, ratio, appliedWithinSeconds } = await benchWebhooks();
  return {
    title: '4. Webhooks: a burst of 6,000, as after a tick of the meter',
    rows: Object.entries({ ours, 'verify only': verifyOnly }).map(([server, figures]) => ({
      server,
      'webhooks/s': figures.aSecond,
      'median ms': figures.medianMs,
      'p99 ms': figures.p99Ms,
      'CPU ms each': figures.cpuMsEach,
      'all applied after s': server === 'ours' ? appliedWithinSeconds : '',
    })),
    targets: [atLeast('of the route that only verifies', ratio, 0.8)],
  };
}

async function dodoSection({ isQuick }: Effort): Promise<Section> {
  const section: Section = { title: '5. Calls to Dodo', rows: [], targets: [] };
  for (const [rate, seconds] of [
    [1, isQuick ? 15 : 60],
    [10, isQuick ? 15 : 60],
    [100, isQuick ? 15 : 60],
  ] as const) {
    const figures = await benchDodoCalls(rate, seconds);
    section.rows.push({ 'asks/s': rate, asks: figures.asks, calls: figures.calls, 'calls an ask': figures.callsAnAsk });
    if (rate === 100) section.targets.push(atMost('calls an ask at 100 a second', figures.callsAnAsk, 0.02));
  }
  return section;
}

async function overspendSection(): Promise<Section> {
  const { granted, ours, reference } = await benchOverspend();
  return {
    title: `6. 500 asks at once on a wallet of ${granted} tokens, the meter a minute late`,
    rows: Object.entries({ ours, reference }).map(([server, figures]) => ({ server, ...figures })),
    targets: [atMost('tokens overspent', ours.overspent, 0)],
  };
}

async function scaleSection({ isQuick }: Effort): Promise<Section> {
  const sizes = isQuick ? [1_000, 100_000] : [1_000, 100_000, 1_000_000];
  const speeds = await benchSpeedByAccounts(sizes);
  const [few, many] = [speeds[0], speeds.at(-1)];
  const { installed, later, bare, libraries } = await benchStart(isQuick ? 3 : 10);
  const members = isQuick ? 10_000 : 100_000;
  const memory = await benchMemory(members);
  return {
    title: '7. Many accounts, start and memory',
    rows: [
      ...speeds.map(({ accounts, asksASecond, cpuMsAnAsk }) => ({
        what: `gate, ${accounts} accounts`,
        'asks/s': asksASecond,
        'CPU ms/ask': cpuMsAnAsk,
      })),
      { what: 'the first start after npm ci to ready, ms', figure: installed },
      { what: 'a later start to ready, ms', figure: later },
      { what: 'importing the libraries, ms', figure: libraries.later },
      { what: 'a start to ready with nothing compiled, ms', figure: bare },
      { what: 'importing the libraries with nothing compiled, ms', figure: libraries.bare },
      { what: `memory when one member has asked ${members} times, MB`, figure: memory.one.resident },
      { what: `memory when ${members} members have asked once each, MB`, figure: memory.all.resident },
      { what: 'of that alive, one member, MB', figure: memory.one.live },
      { what: 'of that alive, all members, MB', figure: memory.all.live },
    ],
    targets: [
      atMost(
        'cost of an ask with the most accounts, of that with 1,000',
        (few?.asksASecond ?? 0) / (many?.asksASecond ?? 1),
        1.2,
      ),
      atMost('first start after npm ci, of importing the libraries', installed / libraries.later, 1.5),
      atMost('a later start to ready, of importing the libraries', later / libraries.later, 1.5),
      atMost('memory that members add, MB', memory.all.resident - memory.one.resident, 60),
      atMost('memory alive that members add, MB', memory.all.live - memory.one.live, 60),
    ],
  };
}

async function fleetSection({ isQuick }: Effort): Promise<Section> {
  const figures = await benchFleet([1, 2, 4], isQuick ? 2_000 : 10_000);
  const at = (processes: number) => figures.find((one) => one.processes === processes)?.asksASecond ?? Number.NaN;
  return {
    title: '7. Processes on one Redis',
    rows: figures.map(({ processes, asksASecond, cpuMsAnAsk, redisCpuMsAnAsk }) => ({
      processes,
      'asks/s': asksASecond,
      'CPU ms/ask': cpuMsAnAsk,
      "Redis' CPU ms/ask": redisCpuMsAnAsk,
      // However many processes there are.
      'asks/s that the cores allow': (1_000 * availableParallelism()) / (cpuMsAnAsk + redisCpuMsAnAsk),
    })),
    targets: [atLeast('two processes, of one', at(2) / at(1), 1.7)],
  };
}

async function soakSection({ soakMinutes }: Effort): Promise<Section> {
  const { minutes, asks, start, end } = await benchSoak(soakMinutes);
  return {
    title: '7. Soak',
    rows: [
      { at: 'a tenth', 'memory, MB': start.resident, 'of that alive, MB': start.live },
      { at: `the end, ${minutes} min and ${asks} asks`, 'memory, MB': end.resident, 'of that alive, MB': end.live },
    ],
    targets: [
      atMost('growth, of the memory at a tenth', end.resident / start.resident, 1.1),
      atMost('growth of what is alive, of that at a tenth', end.live / start.live, 1.1),
    ],
  };
}
