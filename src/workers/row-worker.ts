import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Row, Store, Topic } from '../core/store.ts';
import { type Clock, MINUTE, type Millis, SECOND } from '../core/time.ts';
import { createLoop, type Loop } from './loop.ts';

/** What became of a row. */
export type RowOutcome =
  /** Its work is done; the row goes. */
  | { kind: 'done' }
  /** Its row went in the commit that did the work. */
  | { kind: 'committed' }
  /** To be tried again: later and later, or when `afterMs` says so. */
  | { kind: 'retry'; why: string; afterMs?: Millis }
  /** A dead letter. */
  | { kind: 'dead'; why: string };

export interface RowWorker extends Loop {
  topic: Topic;
  /** Works on what is due now. @returns how many rows */
  runDue(): Promise<number>;
}

export interface RowWorkerDeps {
  store: Store;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface RowWork {
  topic: Topic;
  /** Rows worked on side by side. */
  limit: number;
  /** Longer than any of them takes. */
  leaseMs: Millis;
  longestPauseMs?: Millis;
  /** Whether the loop should leave what is due for its next look. */
  isHeldBack?(): boolean;
  handle(row: Row): Promise<RowOutcome>;
}

/** The pause before a row is tried again: e^attempts seconds, up to `longest`. */
export function backOff(attempts: number, longest: Millis): Millis {
  return Math.min(longest, Math.round(Math.exp(Math.min(attempts, 12)) * SECOND));
}

/** Claim, do, remove; what fails is tried again later, what cannot work becomes a dead letter. */
export function createRowWorker(deps: RowWorkerDeps, work: RowWork): RowWorker {
  const { store, clock, log, metrics } = deps;
  const longest = work.longestPauseMs ?? 10 * MINUTE;

  async function finish(row: Row, outcome: RowOutcome): Promise<void> {
    if (outcome.kind === 'done') return store.remove([row.id]);
    if (outcome.kind === 'committed') return;
    if (outcome.kind === 'dead') {
      metrics.count('dead_letters');
      log.error({ row: row.id, topic: row.topic, why: outcome.why }, 'a row became a dead letter');
      return store.bury(row, outcome.why, clock());
    }
    const afterMs = outcome.afterMs ?? backOff(row.attempts, longest);
    log.info({ row: row.id, topic: row.topic, why: outcome.why, afterMs }, 'a row is tried again later');
    return store.retry(row, clock() + afterMs, outcome.why);
  }

  async function attempt(row: Row): Promise<RowOutcome> {
    try {
      return await work.handle(row);
    } catch (error) {
      log.warn({ err: error, row: row.id, topic: row.topic }, 'a row failed');
      return { kind: 'retry', why: error instanceof Error ? error.message : String(error) };
    }
  }

  async function runDue(): Promise<number> {
    const rows = await store.claim({ topic: work.topic, limit: work.limit, leaseMs: work.leaseMs, now: clock() });
    await Promise.all(rows.map(async (row) => finish(row, await attempt(row))));
    return rows.length;
  }

  async function step(): Promise<boolean> {
    return work.isHeldBack?.() !== true && (await runDue()) === work.limit;
  }

  return { topic: work.topic, runDue, ...createLoop(work.topic, step, log) };
}
