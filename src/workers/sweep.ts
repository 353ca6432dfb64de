import type { Sighting } from '../core/account/drift.ts';
import { BALANCES_A_PAGE, type Billing, BillingError, type CustomerBalance } from '../core/dodo/billing.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import type { AdoptStrangers } from '../core/sweep/adopt-strangers.ts';
import type { LookAtPage } from '../core/sweep/look-at-page.ts';
import {
  readSweepProgress,
  type SweepProgress,
  type SweepUnderWay,
  writeSweepProgress,
} from '../core/sweep/progress.ts';
import { type Clock, MINUTE, type Millis, SECOND } from '../core/time.ts';
import { createLoop, type Loop } from './loop.ts';

/** From the end of one sweep to the beginning of the next. */
const SWEEP_EVERY: Millis = 5 * MINUTE;

/** A sweep that has got no further for so long is begun again: what it saw is too old. */
const RESUMABLE_FOR: Millis = 15 * MINUTE;

/** Pages read in a minute at the most: readings share these calls. */
const PAGES_A_MINUTE = 40;

/** Customers that are nobody's, looked up in one sweep at the most; each costs a few calls. */
const MOST_STRANGERS = 5;

export interface SweepDeps {
  store: Store;
  clock: Clock;
  log: Log;
  billing: Pick<Billing, 'readBalances'>;
  lookAtPage: LookAtPage;
  adoptStrangers: AdoptStrangers;
  owner: string;
}

export interface Sweep extends Loop {
  /** Goes on until the sweep that is due has ended or must wait; does nothing while none is due. */
  runDue(): Promise<void>;
}

/** What one process remembers of its sweep; lost with it, a difference is seen once more. */
interface Memory {
  before: ReadonlyMap<string, Sighting>;
  sightings: Map<string, Sighting>;
  customers: Set<string>;
  strangersLookedAt: number;
}

/**
 * Compares the balances of all customers with ours, a hundred a call, and asks for readings of the ledgers that differ:
 * whatever no webhook has told is found. One process of the fleet does it, at its start and every few minutes; where
 * Dodo or the budget of calls refuses, it goes on later with the page that it came to.
 */
export function createSweep(deps: SweepDeps): Sweep {
  const { store, clock, log } = deps;
  let hasBegun = false;
  let notBefore: Millis = 0;
  let pause: Millis = 0;
  let pagesOf = { minute: 0, pages: 0 };
  let memory = newMemory(new Map());
  let stepping: Promise<unknown> = Promise.resolve();

  function isDue({ underWay, last }: SweepProgress, now: Millis): boolean {
    if (underWay !== null || last === null || !hasBegun) return true;
    return now - last.finishedAt >= SWEEP_EVERY;
  }

  function mayRead(now: Millis): boolean {
    const minute = Math.floor(now / MINUTE);
    if (pagesOf.minute !== minute) pagesOf = { minute, pages: 0 };
    pagesOf.pages += 1;
    return pagesOf.pages <= PAGES_A_MINUTE;
  }

  /** @returns whether there is more to do at once */
  async function onePage(): Promise<boolean> {
    const now = clock();
    if (now < notBefore || !(await store.lease('reconciler', deps.owner, MINUTE, now))) return false;
    const progress = await readSweepProgress(store);
    if (!isDue(progress, now) || !mayRead(now)) return false;
    const { underWay } = progress;
    const isOld = underWay !== null && now - underWay.movedAt > RESUMABLE_FOR;
    const at = underWay === null || isOld ? begun(now) : underWay;
    hasBegun = true;
    try {
      const page = await deps.billing.readBalances(at.page);
      pause = 0;
      return await lookAt(page, at, progress);
    } catch (error) {
      if (!(error instanceof BillingError)) throw error;
      waitAfter(error, now);
      await writeSweepProgress(store, { ...progress, underWay: at });
      return false;
    }
  }

  function begun(now: Millis): SweepUnderWay {
    memory = newMemory(memory.sightings);
    return { movedAt: now, page: 0, tokens: 0, accounts: 0, unsettled: 0, strangers: 0 };
  }

  async function lookAt(page: CustomerBalance[], at: SweepUnderWay, progress: SweepProgress): Promise<boolean> {
    // Customers that come while we read move others on to the next page.
    const fresh = page.filter(({ customerId }) => !memory.customers.has(customerId));
    const isFull = page.length >= BALANCES_A_PAGE;
    if (isFull && fresh.length === 0) throw new BillingError('unanswered', 'expected a page of other customers');
    const found = await deps.lookAtPage(fresh, memory.before);
    await adopt(found.strangers);
    for (const { customerId } of fresh) memory.customers.add(customerId);
    for (const [customerId, sighting] of found.sightings) memory.sightings.set(customerId, sighting);
    const figures = {
      tokens: at.tokens + found.tokens,
      accounts: at.accounts + found.accounts,
      unsettled: at.unsettled + found.unsettled,
      strangers: at.strangers + found.strangers.length,
    };
    if (isFull) {
      await writeSweepProgress(store, { ...progress, underWay: { ...figures, movedAt: clock(), page: at.page + 1 } });
    } else {
      if (figures.accounts > 0) log.warn(figures, 'accounts differ from Dodo; their ledgers are read');
      await writeSweepProgress(store, { underWay: null, last: { ...figures, finishedAt: clock() } });
    }
    return isFull;
  }

  /** Those that Dodo does not tell us of now are looked up by a later sweep. */
  async function adopt(strangers: readonly CustomerBalance[]): Promise<void> {
    const most = MOST_STRANGERS - memory.strangersLookedAt;
    try {
      memory.strangersLookedAt += await deps.adoptStrangers(strangers, most);
    } catch (error) {
      if (!(error instanceof BillingError)) throw error;
      memory.strangersLookedAt = MOST_STRANGERS;
      log.info({ why: error.message }, 'customers of nobody are looked up by the next sweep');
    }
  }

  function waitAfter(error: BillingError, now: Millis): void {
    pause = Math.min(MINUTE, Math.max(5 * SECOND, pause * 2));
    const untilNextMinute = MINUTE - (now % MINUTE);
    const isBudget = error.fault === 'rate_limited';
    notBefore = now + (error.retryAfterMs ?? (isBudget ? untilNextMinute : pause));
    log.info({ why: error.message, untilMs: notBefore - now }, 'the sweep waits');
  }

  /** The loop and a call of `runDue` never work at the same time. */
  function step(): Promise<boolean> {
    const next = stepping.then(onePage);
    stepping = next.catch(() => {});
    return next;
  }

  return {
    async runDue() {
      while (await step());
    },
    ...createLoop('sweep', step, log, 10 * SECOND),
  };
}

function newMemory(before: ReadonlyMap<string, Sighting>): Memory {
  return { before, sightings: new Map(), customers: new Set(), strangersLookedAt: 0 };
}
