import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../../src/core/log.ts';
import type { Metrics } from '../../../src/core/metrics.ts';
import type { Store, Topic } from '../../../src/core/store.ts';
import { createWallets, type Wallets } from '../../../src/core/wallets/wallets.ts';
import { createSqliteStore } from '../../../src/ports/store/sqlite/sqlite-store.ts';
import { NOW } from '../account/bench.ts';

/** A real store in a folder of its own, and what the core is given beside it. */
export interface Stage extends AsyncDisposable {
  store: Store;
  now: number;
  clock: () => number;
  log: Log;
  logged: { level: string; facts: object; text: string }[];
  metrics: Metrics;
  counted(name: string): number;
  /** Topics that the wallets announced, one set for each commit with rows. */
  announced: ReadonlySet<Topic>[];
  /** How many transactions the store has made. */
  transactions(): number;
  /** Another way to the same accounts, as another process has. @param store in place of the stage's */
  wallets(store?: Store): Wallets;
}

export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'tallybot-core-'));
  const counts = new Map<string, number>();
  let transactions = 0;
  const store = await createSqliteStore({
    path: join(folder, 'store.db'),
    now: () => stage.now,
    onTransaction: () => {
      transactions += 1;
    },
  });
  const logged: Stage['logged'] = [];
  const at = (level: string) => (facts: object, text: string) => {
    logged.push({ level, facts, text });
  };
  const announced: ReadonlySet<Topic>[] = [];
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const count = (name: string, by = 1) => {
    counts.set(name, (counts.get(name) ?? 0) + by);
  };
  const metrics: Metrics = { count, countBy: (name, _labels, by) => count(name, by), observe() {} };
  const stage: Stage = {
    store,
    now: NOW,
    clock: () => stage.now,
    log,
    logged,
    metrics,
    counted: (name) => counts.get(name) ?? 0,
    announced,
    transactions: () => transactions,
    wallets: (other = store) =>
      createWallets({ store: other, clock: stage.clock, metrics, log, onRows: (topics) => announced.push(topics) }),
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return stage;
}
