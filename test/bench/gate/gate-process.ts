import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import type { Store } from '../../../src/core/store.ts';
import { askIdOf } from '../../../src/core/wallets/identity.ts';
import { createRedisStore } from '../../../src/ports/store/redis/redis-store.ts';
import { createSqliteStore } from '../../../src/ports/store/sqlite/sqlite-store.ts';
import { manyAtOnce } from '../load/many-at-once.ts';
import { percentile } from '../measure/figures.ts';
import { withProfile } from '../measure/profile.ts';
import { type Commits, runBareRedis, runBareSqlite } from './bare-engine.ts';
import { createGate } from './gate.ts';
import { fundedAccount, hash, seed } from './wallets-for-bench.ts';

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
  /** Whether the engine alone is measured too (true). */
  isCompared?: boolean;
}

export interface GateFigures {
  asksASecond: number;
  medianMs: number;
  p99Ms: number;
  /** Processor time of this process. */
  cpuMsAnAsk: number;
  /** Of Redis, in this process's asks and in those of others at the same time; 0 on SQLite. */
  redisCpuMs: number;
  durable: Commits;
  /** How many asks a second the engine alone would allow, which makes the same durable commits and nothing else; 0: not measured. */
  bareAsksASecond: number;
}

/** Before anything is measured: code is compiled, files are there. */
const WARM_UP = 500;

interface Counted {
  store: Store;
  counted: Commits;
}

async function openCounted(order: GateOrder, path: string): Promise<Counted> {
  const counted: Commits = { commits: 0, documents: 0, rows: 0 };
  const onTransaction = () => {
    counted.commits += 1;
  };
  const store =
    order.redisUrl === null
      ? await createSqliteStore({ path, now: Date.now, onTransaction })
      : await createRedisStore({ url: order.redisUrl, now: Date.now });
  const isCommitEach = order.redisUrl !== null;
  return {
    counted,
    store: {
      ...store,
      commit(commit) {
        if (isCommitEach) counted.commits += 1;
        counted.documents += 1;
        counted.rows += commit.seen.length + commit.rows.length + commit.removeRows.length + commit.records.length;
        return store.commit(commit);
      },
      extend(rows, dueAt) {
        if (isCommitEach) counted.commits += 1;
        counted.rows += rows.length;
        return store.extend(rows, dueAt);
      },
    },
  };
}

async function run(order: GateOrder, folder: string): Promise<GateFigures> {
  const now = Date.now();
  const asking = Array.from({ length: order.asking }, (_, n) => fundedAccount(`member-${now}-${n}`, now));
  const ids = asking.map(({ id }) => id);
  const { store, counted } = await openCounted(order, join(folder, 'gate.db'));
  await seed(store, asking, now);
  await seed(store, others(order.accounts - order.asking, now), now);
  const gate = createGate(store, Date.now);
  const ask = (index: number) =>
    gate(ids[index % ids.length] ?? '', askIdOf(hash, 'discord', `${now}-${index}`, Date.now()));

  await manyAtOnce(WARM_UP, order.atOnce, ask);
  const before = { ...counted };
  const redisCpu = await redisCpuMs(order.redisUrl);
  const cpu = process.cpuUsage();
  const from = performance.now();
  const took = await withProfile(`gate-of-${order.asking}`, () =>
    manyAtOnce(order.asks, order.atOnce, (index) => ask(WARM_UP + index)),
  );
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const redisCpuMsSince = (await redisCpuMs(order.redisUrl)) - redisCpu;
  const durable = {
    commits: counted.commits - before.commits,
    documents: counted.documents - before.documents,
    rows: counted.rows - before.rows,
  };
  const size = JSON.stringify((await store.load(ids[0] ?? '', [])).document).length;
  await store.close();

  const bareSeconds =
    order.isCompared === false
      ? Number.POSITIVE_INFINITY
      : order.redisUrl === null
        ? runBareSqlite(join(folder, 'bare.db'), durable, ids, size)
        : // The commits of one wallet can only follow one another.
          await runBareRedis(order.redisUrl, durable, ids, size, Math.min(order.atOnce, order.asking));
  return {
    asksASecond: order.asks / seconds,
    medianMs: percentile(took, 50),
    p99Ms: percentile(took, 99),
    cpuMsAnAsk: (user + system) / 1_000 / order.asks,
    redisCpuMs: redisCpuMsSince,
    durable,
    bareAsksASecond: order.asks / bareSeconds,
  };
}

/** Processor time that Redis has used so far (https://redis.io/docs/latest/commands/info/, "cpu"). */
async function redisCpuMs(url: string | null): Promise<number> {
  if (url === null) return 0;
  const client = await createClient({ url }).connect();
  const told = await client.info('cpu');
  client.destroy();
  const seconds = (name: string) => Number(new RegExp(`^used_cpu_${name}:(\\S+)`, 'm').exec(told)?.[1]);
  return 1_000 * (seconds('user') + seconds('sys'));
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
