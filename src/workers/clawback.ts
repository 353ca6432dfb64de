import type { Account, ClawbackIntent } from '../core/account/account.ts';
import type { ClawbackBody } from '../core/account/claim.ts';
import { decideClawback, type PaidFor } from '../core/account/clawback.ts';
import { answeredRowKey, decideClawbackBooked, decideClawbackInsufficient } from '../core/account/clawback-answer.ts';
import type { Decision } from '../core/account/decision.ts';
import type { Moment, Rules } from '../core/account/rules.ts';
import type { Billing, SourcedGrant } from '../core/dodo/billing.ts';
import type { ReadLedger } from '../core/dodo/read-ledger.ts';
import type { Row } from '../core/store.ts';
import { DAY, MINUTE, type Millis, SECOND } from '../core/time.ts';
import type { Wallets } from '../core/wallets/wallets.ts';
import { createRowWorker, type RowOutcome, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

export interface ClawbackDeps extends RowWorkerDeps {
  wallets: Wallets;
  billing: Pick<Billing, 'adjust' | 'payment' | 'readGrantHistory'>;
  readLedger: ReadLedger;
  rules: Rules;
  moment(): Moment;
}

/** Entries that one row may lead to: several claims, and debits that have to be made smaller. */
const MOST_ENTRIES = 8;

/** A payment of a subscription and the grant of its cycle are made together, as far as is known. */
const SAME_CYCLE: Millis = DAY;

/** Takes the tokens of refunded and disputed payments out of Dodo's ledger, and gives them back. */
export function createClawbackWorker(deps: ClawbackDeps): RowWorker {
  const { wallets, billing, clock } = deps;

  function decideOn<Reply>(
    accountId: string,
    keys: readonly string[],
    decide: (account: Account, seen: ReadonlySet<string>) => Decision<Reply>,
  ): Promise<Reply> {
    return wallets.run(accountId, keys, (account, seen) => {
      if (account === null) throw new Error(`expected account ${accountId} of a clawback, found none`);
      return decide(account, seen);
    });
  }

  async function lookUp(paymentId: string, customerId: string): Promise<PaidFor | null> {
    const { payment, createdAt } = await billing.payment(paymentId);
    if (payment.customerId !== customerId) return null;
    const grants = await billing.readGrantHistory(customerId);
    return { cents: payment.amountCents, grants: grantsOf(payment, createdAt, grants) };
  }

  async function book(accountId: string, customerId: string, intent: ClawbackIntent): Promise<void> {
    const { key, direction, tokens, expiresAt } = intent;
    const outcome = await billing.adjust({
      customerId,
      direction,
      tokens,
      idempotencyKey: key,
      reason: direction === 'debit' ? 'Payment refunded or disputed' : 'Dispute over',
      expiresAt,
    });
    if (outcome.kind !== 'done') await deps.readLedger(accountId);
    if (outcome.kind === 'insufficient') {
      return decideOn(accountId, [], (account) => decideClawbackInsufficient(account, key, clock()));
    }
    const rowId = outcome.kind === 'done' ? outcome.rowId : null;
    const keys = rowId === null ? [] : [answeredRowKey(rowId)];
    return decideOn(accountId, keys, (account, seen) => decideClawbackBooked(account, key, rowId, seen, clock()));
  }

  async function handle(row: Row): Promise<RowOutcome> {
    const accountId = row.accountId ?? '';
    const { paymentId } = row.body as ClawbackBody;
    const customerId = (await wallets.read(accountId))?.customerId ?? null;
    if (customerId === null) throw new Error(`expected account ${accountId} of a clawback to have a customer`);
    for (let entries = 0; entries < MOST_ENTRIES; entries += 1) {
      const paid = await lookUp(paymentId, customerId);
      if (paid === null) return { kind: 'dead', why: `expected payment ${paymentId} to be of customer ${customerId}` };
      const step = await decideOn(accountId, [], (account) =>
        decideClawback(account, paymentId, paid, deps.rules, deps.moment()),
      );
      if (step.kind === 'later') return { kind: 'retry', why: 'the ledger was not read yet', afterMs: 30 * SECOND };
      if (step.kind === 'nothing') return { kind: 'done' };
      await book(accountId, customerId, step.intent);
    }
    return { kind: 'retry', why: `not done after ${MOST_ENTRIES} entries` };
  }

  return createRowWorker(deps, { topic: 'clawback', limit: 4, leaseMs: 2 * MINUTE, handle });
}

/** Dodo names the payment as the source of a one-time grant, and the subscription as that of a cycle's. */
function grantsOf(
  payment: { id: string; subscriptionId: string | null },
  paidAt: Millis,
  grants: readonly SourcedGrant[],
): SourcedGrant[] {
  const own = grants.filter((grant) => grant.sourceId === payment.id);
  if (own.length > 0 || payment.subscriptionId === null) return own;
  const away = (grant: SourcedGrant) => Math.abs(grant.createdAt - paidAt);
  const [closest] = grants
    .filter((grant) => grant.sourceId === payment.subscriptionId && away(grant) <= SAME_CYCLE)
    .toSorted((a, b) => away(a) - away(b));
  return closest === undefined ? [] : [closest];
}
