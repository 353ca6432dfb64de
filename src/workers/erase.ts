import { type EraseBody, erasedAudit, erasedReceipt } from '../core/account/erase.ts';
import type { NewRecord, StoredRecord } from '../core/store.ts';
import { MINUTE } from '../core/time.ts';
import type { Wallets } from '../core/wallets.ts';
import { createRowWorker, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

/** Records written in one commit. */
const CHUNK = 200;

/** More than any wallet has. */
const MOST = 100_000;

/** Takes what receipts and audit lines tell of people out of them; what is done already is left, so it may be done again. */
export function createEraseWorker(deps: RowWorkerDeps & { wallets: Wallets }): RowWorker {
  async function rewrite(
    accountId: string,
    kind: string,
    until: number,
    erased: (record: StoredRecord) => NewRecord | null,
  ): Promise<void> {
    const found = await deps.store.records(accountId, kind, MOST);
    const records = found
      .filter(({ at }) => at <= until)
      .map(erased)
      .filter((record) => record !== null);
    for (let from = 0; from < records.length; from += CHUNK) {
      const chunk = records.slice(from, from + CHUNK);
      await deps.wallets.run(accountId, [], (account) => ({ account, reply: undefined, records: chunk }));
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
