import type { SourcedGrant } from '../dodo/billing.ts';
import { DAY, type Millis } from '../time.ts';
import type { Account, Claim, Clawback, ClawbackIntent } from './account.ts';
import { freeTokens } from './available.ts';
import { dueClaim, withClawback } from './claim.ts';
import type { Decision } from './decision.ts';
import { noticeId, noticeRow } from './notice.ts';
import type { Moment, Rules } from './rules.ts';

/** What Dodo tells of a payment: its total, and the grants that it paid for. */
export interface PaidFor {
  cents: number;
  grants: readonly SourcedGrant[];
}

export type ClawbackStep =
  | { kind: 'send'; intent: ClawbackIntent }
  /** Everything is done, or an entry is under way whose row will go on with what is left. */
  | { kind: 'nothing' }
  /** No balance is known yet. */
  | { kind: 'later' };

/** What is given back lasts at least so long, however little time its grant had left. */
const LEAST_LIFE: Millis = DAY;

/**
 * Writes the next entry for a refunded or disputed payment before it is sent: it lowers what is available at once.
 * Taken is the share of what the payment's grants hold that was refunded, never more than is free; a claim that no
 * longer stands gives back exactly what the others do not account for. Asked again after a crash, it is the same entry.
 */
export function decideClawback(
  account: Account,
  paymentId: string,
  paid: PaidFor,
  rules: Rules,
  moment: Moment,
): Decision<ClawbackStep> {
  const known = account.clawbacks.find((one) => one.paymentId === paymentId);
  if (known === undefined) return { account: null, reply: { kind: 'nothing' } };
  if (known.open !== null && known.open.sentAt === null) {
    return { account: null, reply: { kind: 'send', intent: known.open } };
  }
  if (account.ledger === null) return { account: null, reply: { kind: 'later' } };
  let clawback = known;
  for (let due = dueClaim(clawback); due !== null; due = dueClaim(clawback)) {
    if (clawback.open !== null) return { account: withClawback(account, clawback), reply: { kind: 'nothing' } };
    const entry = entryFor(account, clawback, due, paid, moment);
    const { basis, lastsMs, tokens } = entry;
    if (tokens > 0) {
      const intent = intentFor(clawback, due, tokens, { ...moment, lastsMs }, rules);
      return {
        account: withClawback(account, { ...clawback, basis, lastsMs, open: intent }),
        reply: { kind: 'send', intent },
      };
    }
    clawback = afterClaim({ ...clawback, basis, lastsMs }, due.id, 0);
  }
  return conclude(account, clawback, paid, rules, moment);
}

/** A claim's tokens were taken, or given back: `tokens` more, or less, than before. */
export function afterClaim(clawback: Clawback, claimId: string, tokens: number): Clawback {
  const claims = clawback.claims.map((claim): Claim => {
    if (claim.id !== claimId) return claim;
    return { ...claim, isTaken: !claim.isTaken, round: claim.isTaken ? claim.round + 1 : claim.round };
  });
  return { ...clawback, claims, taken: clawback.taken + tokens };
}

function entryFor(account: Account, clawback: Clawback, due: Claim, paid: PaidFor, moment: Moment) {
  const remaining = paid.grants.reduce((sum, grant) => sum + grant.remaining, 0);
  // Dodo may have drawn a debit from another grant than the payment's: what was taken is not in it twice.
  const inGrants = remaining + clawback.taken;
  const basis = clawback.basis === null ? inGrants : Math.min(clawback.basis, inGrants);
  const counted = clawback.claims.filter((claim) => claim.stands && (claim.isTaken || claim === due));
  const target = shareOf(basis, counted, paid.cents);
  const lastsMs = clawback.taken > 0 ? clawback.lastsMs : lifeOf(paid.grants, moment.dodoNow);
  const tokens = due.stands ? Math.min(target - clawback.taken, freeTokens(account, moment)) : clawback.taken - target;
  return { basis, lastsMs, tokens: Math.max(0, tokens) };
}

/** @returns the share of `tokens` that these claims are of the payment; together at most all of it */
function shareOf(tokens: number, claims: readonly Claim[], paidCents: number): number {
  const cents = claims.reduce((sum, claim) => sum + centsOf(claim, paidCents), 0);
  if (cents >= paidCents) return tokens;
  return Number((BigInt(tokens) * BigInt(cents)) / BigInt(paidCents));
}

/** A dispute's amount names no unit: one that is the total in whole dollars is the total. */
function centsOf(claim: Claim, paidCents: number): number {
  const isWhole = claim.cents === null || (claim.kind === 'dispute' && claim.cents * 100 === paidCents);
  return isWhole ? paidCents : Math.min(claim.cents ?? 0, paidCents);
}

function lifeOf(grants: readonly SourcedGrant[], dodoNow: Millis): Millis | null {
  const ends = grants.filter((grant) => grant.remaining > 0).map((grant) => grant.expiresAt);
  if (ends.includes(null)) return null;
  return Math.max(LEAST_LIFE, ...ends.map((end) => (end ?? 0) - dodoNow));
}

/** The key follows from the claim, so that Dodo takes it once even after our store was lost. */
function intentFor(
  clawback: Clawback,
  due: Claim,
  tokens: number,
  at: { dodoNow: Millis; lastsMs: Millis | null },
  rules: Rules,
): ClawbackIntent {
  const direction = due.stands ? 'debit' : 'credit';
  const cause = `clawback:${direction}:${clawback.paymentId}:${due.id}:${due.round}`;
  return {
    key: `cb_${rules.hash(cause).slice(0, 40)}`,
    claimId: due.id,
    direction,
    tokens,
    expiresAt: direction === 'debit' || at.lastsMs === null ? null : at.dodoNow + at.lastsMs,
    sentAt: null,
    rowId: null,
    seen: null,
  };
}

/** Nothing more is due: the member is told the total, the operator what could not be had back. */
function conclude(
  account: Account,
  clawback: Clawback,
  paid: PaidFor,
  rules: Rules,
  moment: Moment,
): Decision<ClawbackStep> {
  const standing = clawback.claims.filter((claim) => claim.stands);
  const granted = paid.grants.reduce((sum, grant) => sum + grant.initial, 0);
  const lost = Math.max(0, shareOf(granted, standing, paid.cents) - clawback.taken);
  const change = clawback.taken - clawback.told;
  const state = clawback.claims.map(({ id, isTaken, round }) => `${id}:${isTaken ? 'taken' : 'free'}:${round}`);
  const cause = `clawback:${clawback.paymentId}:${state.toSorted().join(',')}`;
  const audit = { accountId: account.id, paymentId: clawback.paymentId, claims: state };
  const wasRefund = standing.some((claim) => claim.kind === 'refund');
  const facts =
    change > 0
      ? ({ kind: 'tokens_taken_back', tokens: change, cause: wasRefund ? 'refund' : 'dispute' } as const)
      : ({ kind: 'tokens_given_back', tokens: -change } as const);
  const isWorse = lost > clawback.lost;
  if (change === 0 && lost === clawback.lost && account.clawbacks.includes(clawback)) {
    return { account: null, reply: { kind: 'nothing' } };
  }
  return {
    account: withClawback(account, { ...clawback, told: clawback.taken, lost }),
    reply: { kind: 'nothing' },
    rows: change === 0 ? [] : [noticeRow(account, facts, noticeId(rules.hash, cause), moment.now)],
    records: [
      ...(change === 0
        ? []
        : [{ kind: 'audit', id: cause, at: moment.now, body: { what: facts.kind, tokens: facts.tokens, ...audit } }]),
      ...(isWorse
        ? [
            {
              kind: 'alert',
              id: `${cause}:lost`,
              at: moment.now,
              body: { what: 'refunded_tokens_spent', lost, ...audit },
            },
          ]
        : []),
    ],
    counts: [
      ...(change === 0 ? [] : ([{ name: 'notices', by: 1 }] as const)),
      ...(change > 0 ? ([{ name: 'tokens_taken_back', by: change }] as const) : []),
      ...(change < 0 ? ([{ name: 'tokens_given_back', by: -change }] as const) : []),
      ...(isWorse ? ([{ name: 'tokens_lost_to_refunds', by: lost - clawback.lost }] as const) : []),
    ],
  };
}
