import type { Store } from '../store.ts';
import { type Clock, MINUTE } from '../time.ts';
import type { CallShare } from './billing.ts';

/** Of the calls in a minute, how many are gone before each share must wait: members are never kept waiting by the rest. */
const SHARE_PERCENT: Record<CallShare, number> = { member: 100, usage: 75, reconcile: 50 };

/** Whether a call to Dodo may be made now; counts it if so. */
export type TakeCall = (share: CallShare) => Promise<boolean>;

/** One budget for the whole fleet, counted in the store by the minute. */
export function createDodoBudget(store: Store, clock: Clock, callsPerMinute: number): TakeCall {
  return async (share) => {
    const now = clock();
    const minute = Math.floor(now / MINUTE);
    const count = (calls: 1 | -1) => store.increment(`dodo_calls:${minute}`, calls, (minute + 2) * MINUTE, now);
    const most = Math.max(1, Math.floor((callsPerMinute * SHARE_PERCENT[share]) / 100));
    if ((await count(1)) <= most) return true;
    // What is not made must not count: a queue of readings that ask in vain would use up what is the members'.
    await count(-1);
    return false;
  };
}
