import {
  decideReadingSkipped,
  isReadingDue,
  type ReconcileBody,
  type ReconcileReason,
} from '../core/account/reconcile.ts';
import type { ReadLedger } from '../core/dodo/read-ledger.ts';
import type { ReadSubscriptions } from '../core/plans/read-subscriptions.ts';
import type { Row } from '../core/store.ts';
import { MINUTE } from '../core/time.ts';
import type { Wallets } from '../core/wallets/wallets.ts';
import { createRowWorker, type RowOutcome, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

export interface ReconcileDeps extends RowWorkerDeps {
  wallets: Wallets;
  readLedger: ReadLedger;
  readSubscriptions: ReadSubscriptions;
}

/** Where webhooks were lost, or no meter counts what was sent, the plan may have changed as well. */
const DOUBTS_THE_PLAN: ReadonlySet<ReconcileReason> = new Set(['swept', 'unsettled']);

/** Reads the ledgers of accounts that asked for it, and their subscriptions where these are in doubt. */
export function createReconcileWorker(deps: ReconcileDeps): RowWorker {
  const skip = (accountId: string, seq: number) =>
    deps.wallets.run(accountId, [], (account) =>
      account === null ? { account: null, reply: undefined } : decideReadingSkipped(account, seq),
    );

  async function handle(row: Row): Promise<RowOutcome> {
    const accountId = row.accountId ?? '';
    const request = row.body as ReconcileBody;
    const account = await deps.wallets.read(accountId);
    if (account === null) return { kind: 'done' };
    if (isReadingDue(account, request)) {
      if (DOUBTS_THE_PLAN.has(request.reason)) await deps.readSubscriptions(accountId);
      await deps.readLedger(accountId);
    } else if (account.reconcile.done < request.seq) await skip(accountId, request.seq);
    return { kind: 'done' };
  }
  return createRowWorker(deps, { topic: 'reconcile', limit: 4, leaseMs: MINUTE, longestPauseMs: 5 * MINUTE, handle });
}
