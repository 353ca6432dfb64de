import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../src/core/store.ts';
import { createRedisStore } from '../../../src/ports/store/redis/redis-store.ts';
import { createSqliteStore } from '../../../src/ports/store/sqlite/sqlite-store.ts';
import { manyAtOnce } from '../load/many-at-once.ts';
import { percentile } from '../measure/figures.ts';
import { withProfile } from '../measure/profile.ts';
import { type Commits, runBareRedis, runBareSqlite } from './bare-engine.ts';
import { createGate } from './gate.ts';
import { fundedAccount, seed } from './wallets-for-bench.ts';

/** What one run is asked to do: the gate, then the engine under it alone. */
export interface GateOrder {
  /** null: SQLite in a folder of its own. */
  redisUrl: string | null;
  /** Accounts that are there. */
  accounts: number;
  /** Accounts that ask, in turn. */
  asking: number;
  asks: number;
  atOnce: number;
}

export interface GateFigures {
  asksASecond: number;
  medianMs: number;
  p99Ms: number;
  /** Processor time of this process. */
  cpuMsAnAsk: number;
  durable: Commits;
  /** How many asks a second the engine alone would allow, which makes the same durable commits and nothing else. */
  bareAsksASecond: number;
}

/** Before anything is measured: code is compiled, files are there. */
const WARM_UP = 500;

interface Counted {
  store: Store;
  counted: Commits;
}

async function openCounted(order: GateOrder, path: string): Promise<Counted> {
  const counted = { commits: 0, writes: 0 };
  if (order.redisUrl === null) {
    const onTransaction = (writes: number) => {
      counted.commits += 1;
      counted.writes += writes;
    };
    return { store: await createSqliteStore({ path, now: Date.now, onTransaction }), counted };
  }
  const store = await createRedisStore({ url: order.redisUrl, now: Date.now });
  const count = <Args extends unknown[], Out>(call: (...args: Args) => Out) => {
    return (...args: Args): Out => {
      counted.commits += 1;
      counted.writes += 1;
      return call(...args);
    };
  };
  return { store: { ...store, commit: count(store.commit), extend: count(store.extend) }, counted };
}

async function run(order: GateOrder, folder: string): Promise<GateFigures> {
  const now = Date.now();
  const asking = Array.from({ length: order.asking }, (_, n) => fundedAccount(`member-${now}-${n}`, now));
  const ids = asking.map(({ id }) => id);
  const { store, counted } = await openCounted(order, join(folder, 'gate.db'));
  await seed(store, asking, now);
  await seed(store, others(order.accounts - order.asking, now), now);
  const gate = createGate(store, Date.now);
  const ask = (index: number) => gate(ids[index % ids.length] ?? '', `ask_${now}_${index}`);

  await manyAtOnce(WARM_UP, order.atOnce, ask);
  const before = { ...counted };
  const cpu = process.cpuUsage();
  const from = performance.now();
  const took = await withProfile(`gate-of-${order.asking}`, () =>
    manyAtOnce(order.asks, order.atOnce, (index) => ask(WARM_UP + index)),
  );
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const durable = { commits: counted.commits - before.commits, writes: counted.writes - before.writes };
  const size = JSON.stringify((await store.load(ids[0] ?? '', [])).document).length;
  await store.close();

  const bareSeconds =
    order.redisUrl === null
      ? runBareSqlite(join(folder, 'bare.db'), durable, ids, size)
      : await runBareRedis(order.redisUrl, durable, ids, size, order.atOnce);
  return {
    asksASecond: order.asks / seconds,
    medianMs: percentile(took, 50),
    p99Ms: percentile(took, 99),
    cpuMsAnAsk: (user + system) / 1_000 / order.asks,
    durable,
    bareAsksASecond: order.asks / bareSeconds,
  };
}

function* others(count: number, now: number) {
  for (let n = 0; n < count; n += 1) yield fundedAccount(`other-${n}`, now);
}

const folder = await mkdtemp(join(tmpdir(), 'tallybot-bench-'));
try {
  const order = JSON.parse(process.argv[2] ?? '') as GateOrder;
  process.stdout.write(`${JSON.stringify(await run(order, folder))}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
