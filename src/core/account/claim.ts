import type { Dispute, Refund } from '../dodo/billing.ts';
import type { NewRow } from '../store.ts';
import type { Millis } from '../time.ts';
import type { Account, Claim, Clawback } from './account.ts';
import type { Decision } from './decision.ts';

/** Refunded and disputed payments remembered for one account; those with nothing left to do are forgotten first. */
const CLAWBACKS_KEPT = 50;

/** A row of the topic `clawback`. */
export interface ClawbackBody {
  paymentId: string;
}

export type ClaimEvent = { at: Millis } & ({ refund: Refund } | { dispute: Dispute });

/**
 * Disputes that leave the money with us (https://docs.dodopayments.com/developer-resources/webhooks/intents/dispute).
 * In every other state it is held or gone.
 */
const DISMISSED = new Set(['won', 'cancelled']);
const UNDECIDED = new Set(['opened', 'challenged']);

function claimOf(event: ClaimEvent): Claim {
  const fresh = { at: event.at, isTaken: false, round: 0 };
  if ('refund' in event) {
    const { id, amountCents, status } = event.refund;
    const stands = status === 'succeeded';
    return { ...fresh, id, kind: 'refund', cents: amountCents, stands, isFinal: stands || status === 'failed' };
  }
  const { id, amountCents, status } = event.dispute;
  const isFinal = !UNDECIDED.has(status);
  return { ...fresh, id, kind: 'dispute', cents: amountCents, stands: !DISMISSED.has(status), isFinal };
}

/** Notes what became of a refund or a dispute. The newest event counts, in whatever order they come. */
export function decideClaim(account: Account, event: ClaimEvent, now: Millis): Decision<void> {
  const { paymentId } = 'refund' in event ? event.refund : event.dispute;
  const claim = claimOf(event);
  const clawback = account.clawbacks.find((known) => known.paymentId === paymentId) ?? newClawback(paymentId);
  const known = clawback.claims.find(({ id }) => id === claim.id);
  if (known !== undefined && !isNewer(claim, known)) return { account: null, reply: undefined };
  const current: Claim = known === undefined ? claim : { ...claim, isTaken: known.isTaken, round: known.round };
  const claims =
    known === undefined ? [...clawback.claims, current] : clawback.claims.map((one) => (one === known ? current : one));
  const next = scheduleClawback(withClawback(account, { ...clawback, claims }), paymentId, now);
  return { account: next.account, reply: undefined, rows: next.rows };
}

function isNewer(claim: Claim, known: Claim): boolean {
  return claim.at > known.at || (claim.at === known.at && claim.isFinal && !known.isFinal);
}

function newClawback(paymentId: string): Clawback {
  return { paymentId, claims: [], basis: null, taken: 0, told: 0, lost: 0, lastsMs: null, count: 0, open: null };
}

/** @returns the account with this clawback as it is now */
export function withClawback(account: Account, clawback: Clawback): Account {
  const others = account.clawbacks.filter(({ paymentId }) => paymentId !== clawback.paymentId);
  const forgettable = others.find((one) => one.open === null && dueClaim(one) === null);
  const kept = others.length < CLAWBACKS_KEPT ? others : others.filter((one) => one !== forgettable);
  return { ...account, clawbacks: [...kept, clawback] };
}

/** The first claim whose tokens are still to be taken, or to be given back; null: none. */
export function dueClaim(clawback: Clawback): Claim | null {
  return clawback.claims.find((claim) => claim.stands !== claim.isTaken) ?? null;
}

/** Makes sure that what is due for a payment is worked on, unless an entry for it is under way: its end does the same. */
export function scheduleClawback(
  account: Account,
  paymentId: string,
  now: Millis,
): { account: Account; rows: NewRow[] } {
  const clawback = account.clawbacks.find((known) => known.paymentId === paymentId);
  if (clawback === undefined || clawback.open !== null || dueClaim(clawback) === null) return { account, rows: [] };
  const count = clawback.count + 1;
  const body: ClawbackBody = { paymentId };
  return {
    account: withClawback(account, { ...clawback, count }),
    rows: [{ id: `clawback:${paymentId}:${count}`, topic: 'clawback', accountId: account.id, dueAt: now, body }],
  };
}
