import type DodoPayments from 'dodopayments';
import type { Calls } from '../calls.ts';

/** What the parts of the setup port work with. */
export interface SetupCalls {
  client: DodoPayments;
  calls: Calls;
}

/** Nothing here stands on a member's way. */
export const SHARE = 'reconcile' as const;
