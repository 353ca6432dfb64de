import { ONE_CREDIT } from './amount.ts';

/** Which grant is drawn first. */
export type GrantOrder = 'earliest_expiring' | 'oldest';

/** What the arithmetic needs to know of a grant. Amounts in 10^-10 credits, times in ms. */
export interface DrawableGrant {
  id: string;
  remaining: bigint;
  createdAt: number;
  expiresAt: number | null;
}

export interface Draw {
  grantId: string;
  amount: bigint;
}

/** Sorts grants into the order they are drawn in; ties go to the older, then to the one added first. */
function drawOrder<G extends DrawableGrant>(grants: readonly G[], order: GrantOrder): G[] {
  const expiry = (grant: G) => grant.expiresAt ?? Number.POSITIVE_INFINITY;
  return grants.toSorted((a, b) => {
    if (order === 'earliest_expiring' && expiry(a) !== expiry(b)) return expiry(a) - expiry(b);
    return a.createdAt - b.createdAt;
  });
}

/** Splits an amount over grants; `short` is what no grant could give. */
export function planDraw(
  grants: readonly DrawableGrant[],
  amount: bigint,
  order: GrantOrder,
): { draws: Draw[]; short: bigint } {
  const draws: Draw[] = [];
  let short = amount;
  for (const grant of drawOrder(grants, order)) {
    if (short === 0n) break;
    const taken = smallerAmount(grant.remaining, short);
    if (taken === 0n) continue;
    draws.push({ grantId: grant.id, amount: taken });
    short -= taken;
  }
  return { draws, short };
}

export interface OverageTerms {
  enabled: boolean;
  limit: bigint | null;
}

/** How much of an amount may become overage; the rest is refused and never charged. */
export function planOverage(
  overage: bigint,
  wanted: bigint,
  terms: OverageTerms,
): { charged: bigint; refused: bigint } {
  if (!terms.enabled) return { charged: 0n, refused: wanted };
  if (terms.limit === null) return { charged: wanted, refused: 0n };
  const room = terms.limit > overage ? terms.limit - overage : 0n;
  const charged = smallerAmount(wanted, room);
  return { charged, refused: wanted - charged };
}

/** How an unused grant goes on at its expiry. */
export interface RolloverRule {
  percentage: number;
  maxCount: number | null;
  /** When the rolled-over grant expires, in ms after the roll-over; null for never. */
  lastsMs: number | null;
}

/** Splits what is left of an expiring grant into rolled over, forfeited (past the maximum count) and expired. */
export function planExpiry(
  remaining: bigint,
  rolloverCount: number,
  rule: RolloverRule | null,
  step: bigint,
): { rolled: bigint; forfeited: bigint; expired: bigint } {
  if (rule === null || remaining === 0n) return { rolled: 0n, forfeited: 0n, expired: remaining };
  if (rule.maxCount !== null && rolloverCount >= rule.maxCount) {
    return { rolled: 0n, forfeited: remaining, expired: 0n };
  }
  const share = (remaining * BigInt(Math.round(rule.percentage * 100))) / 10_000n;
  const rolled = share - (share % step);
  return { rolled, forfeited: 0n, expired: remaining - rolled };
}

/** The smallest amount an entitlement of this precision (0 to 10 places) counts in. */
export function precisionStep(precision: number): bigint {
  return ONE_CREDIT / 10n ** BigInt(precision);
}

/**
 * Turns metered units into credits, rounded down to the entitlement's precision.
 * @returns the credits, and the units that did not make up a whole step (they count at the next tick)
 */
export function creditsForUnits(
  units: bigint,
  unitsPerCredit: bigint,
  step: bigint,
): { credits: bigint; restUnits: bigint } {
  const exact = (units * ONE_CREDIT) / unitsPerCredit;
  const credits = exact - (exact % step);
  return { credits, restUnits: units - (credits * unitsPerCredit) / ONE_CREDIT };
}

/** Math.min for amounts. */
export function smallerAmount(left: bigint, right: bigint): bigint {
  if (left < right) return left;
  return right;
}
