import { type EraseBody, erasedAudit, erasedReceipt } from '../core/account/erase.ts';
import type { NewRecord, StoredRecord } from '../core/store.ts';
import { MINUTE } from '../core/time.ts';
import { allRecords } from '../core/usage/all-records.ts';
import type { Wallets } from '../core/wallets/wallets.ts';
import { createRowWorker, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

/** Takes what receipts and audit lines tell of people out of them; what is done already is left, so it may be done again. */
export function createEraseWorker(deps: RowWorkerDeps & { wallets: Wallets }): RowWorker {
  async function rewrite(
    accountId: string,
    kind: string,
    until: number,
    erased: (record: StoredRecord) => NewRecord | null,
  ): Promise<void> {
    for await (const page of allRecords(deps.store, accountId, kind)) {
      const records = page
        .filter(({ at }) => at <= until)
        .map(erased)
        .filter((record) => record !== null);
      if (records.length > 0)
        await deps.wallets.run(accountId, [], (account) => ({ account, reply: undefined, records }));
    }
  }

  return createRowWorker(deps, {
    topic: 'erase',
    limit: 1,
    leaseMs: 10 * MINUTE,
    async handle(row) {
      const { until } = row.body as EraseBody;
      const accountId = row.accountId ?? '';
      await rewrite(accountId, 'ask', until, erasedReceipt);
      await rewrite(accountId, 'audit', until, erasedAudit);
      return { kind: 'done' };
    },
  });
}
