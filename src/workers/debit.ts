import { decideDebitInsufficient, decideDebitIntent, decideDebitSent } from '../core/account/debit.ts';
import type { Billing } from '../core/dodo/billing.ts';
import type { ReadLedger } from '../core/dodo/read-ledger.ts';
import type { Row } from '../core/store.ts';
import { MINUTE } from '../core/time.ts';
import type { Wallets } from '../core/wallets/wallets.ts';
import { createRowWorker, type RowOutcome, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

export interface DebitDeps extends RowWorkerDeps {
  wallets: Wallets;
  billing: Pick<Billing, 'debit'>;
  readLedger: ReadLedger;
  newDebitId(): string;
}

/** Takes the usage of accounts without a running plan from Dodo's ledger by hand. */
export function createDebitWorker(deps: DebitDeps): RowWorker {
  const { wallets, clock } = deps;

  async function handle(row: Row): Promise<RowOutcome> {
    const accountId = row.accountId ?? '';
    const newId = deps.newDebitId();
    const intent = await wallets.run(accountId, [], (account) => {
      if (account === null) throw new Error(`expected account ${accountId} of a debit, found none`);
      const decision = decideDebitIntent(account, newId, clock());
      return { ...decision, reply: { step: decision.reply, customerId: account.customerId } };
    });
    const { step, customerId } = intent;
    if (step.kind === 'nothing' || customerId === null) return { kind: 'done' };
    if (step.kind === 'wait') return { kind: 'retry', why: 'the debit before is still under way', afterMs: MINUTE };
    const outcome = await deps.billing.debit({
      customerId,
      tokens: step.tokens,
      idempotencyKey: step.id,
      reason: 'API tokens used',
    });
    if (outcome === 'insufficient') await deps.readLedger(accountId);
    await wallets.run(accountId, [], (account) => {
      if (account === null) throw new Error(`expected account ${accountId} of a debit, found none`);
      const decision =
        outcome === 'insufficient'
          ? decideDebitInsufficient(account, step.id, clock())
          : decideDebitSent(account, step.id, clock());
      return { ...decision, reply: undefined };
    });
    return { kind: 'done' };
  }

  return createRowWorker(deps, { topic: 'debit', limit: 16, leaseMs: MINUTE, handle });
}
