import type { Billing } from '../core/dodo/billing.ts';
import type { DodoHeard } from '../core/dodo/dodo-heard.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import { type Clock, DAY, HOUR, MINUTE, type Millis, SECOND } from '../core/time.ts';
import { createLoop, type Loop } from './loop.ts';

/** Webhooks that changed nothing are kept for this long. */
const KEPT_FOR: Millis = 90 * DAY;

const SWEEP_EVERY: Millis = HOUR;

export interface HousekeepingDeps {
  store: Store;
  clock: Clock;
  log: Log;
  billing: Pick<Billing, 'probe'>;
  heard: DodoHeard;
  balanceMaxAgeMs: Millis;
  onBusiness(businessId: string): Promise<void>;
  owner: string;
}

export interface Housekeeping extends Loop {
  /** Does what is due now; what throws is due again later. */
  runDue(): Promise<void>;
}

/** What must be done now and then, whatever happens: hear whether Dodo is there, and forget what has expired. */
export function createHousekeeping(deps: HousekeepingDeps): Housekeeping {
  const { store, clock } = deps;
  let probedAt: Millis | null = null;
  let isBusinessKnown = false;
  let sweptAt: Millis | null = null;

  /**
   * When idle nobody else asks Dodo anything; balances would go stale though it is well. Once after the start it is asked
   * in any case, since no other answer tells whose business the key is of.
   */
  async function probe(): Promise<void> {
    const now = clock();
    const patience = Math.max(MINUTE, deps.balanceMaxAgeMs / 3);
    const heardAt = await deps.heard.at();
    const isQuiet = heardAt === null || now - heardAt > patience;
    if (isBusinessKnown && !isQuiet) return;
    if (probedAt !== null && now - probedAt < MINUTE) return;
    probedAt = now;
    const { businessId } = await deps.billing.probe();
    await deps.onBusiness(businessId);
    isBusinessKnown = true;
  }

  async function sweep(): Promise<void> {
    const now = clock();
    if (sweptAt !== null && now - sweptAt < SWEEP_EVERY) return;
    sweptAt = now;
    await store.sweep(now);
    const old = await store.claim({ topic: 'kept', limit: 1_000, leaseMs: KEPT_FOR, now: now - KEPT_FOR });
    await store.remove(old.map((row) => row.id));
  }

  async function runDue(): Promise<void> {
    if (!(await store.lease('housekeeping', deps.owner, MINUTE, clock()))) return;
    await sweep();
    await probe();
  }

  async function step(): Promise<boolean> {
    await runDue();
    return false;
  }

  return { runDue, ...createLoop('housekeeping', step, deps.log, 10 * SECOND) };
}
