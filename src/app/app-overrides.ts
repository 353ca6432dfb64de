import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import type { Clock, Millis } from '../core/time.ts';

/** What a test or the sandbox may set otherwise than an operator would. Milliseconds. */
export interface Overrides {
  clock?: Clock;
  log?: Log;
  /** Stands between the bot and its store. */
  aroundStore?: (store: Store) => Store;
  /** For how long usage gathers before it is sent to the meter; 10 s. */
  usageGatherMs?: Millis;
  /** Between two edits of a streaming answer. */
  editIntervalMs?: Millis;
  billingTimeoutMs?: Millis;
  modelTimeoutMs?: Millis;
  askDeadlineMs?: Millis;
}
