import type { Catalogue } from '../catalogue.ts';
import type { Millis } from '../time.ts';

/** What the operator has fixed, as the pure rules need it. */
export interface Rules {
  catalogue: Catalogue;
  /** Holds that one account may have at once. */
  maxAsksPerAccount: number;
  /** Asks that one account may begin in a minute; 0: no limit. */
  asksPerMinute: number;
  /** For how long after Dodo was last heard a confirmed balance is trusted. */
  balanceMaxAgeMs: Millis;
  /** How usage is settled while no plan runs. */
  settleWithoutPlan: 'debit' | 'meter';
  /** For how long usage gathers before it is sent to the meter. */
  usageGatherMs: Millis;
  /** The most that a member owes for overage in a cycle. */
  overageCapCents: number;
  /** SHA-256, hexadecimal: makes ids from causes. */
  hash: (text: string) => string;
}

/** Both clocks at the moment of a decision. They are never compared with one another. */
export interface Moment {
  now: Millis;
  /** Dodo's clock, as last heard. */
  dodoNow: Millis;
}
