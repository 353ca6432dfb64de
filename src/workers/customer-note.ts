import type { Billing } from '../core/dodo/billing.ts';
import type { Secrets } from '../core/secrets.ts';
import { MINUTE } from '../core/time.ts';
import { noteOf } from '../core/wallets/customer-note.ts';
import type { Wallets } from '../core/wallets/wallets.ts';
import { createRowWorker, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

export interface CustomerNoteDeps extends RowWorkerDeps {
  wallets: Wallets;
  billing: Pick<Billing, 'noteCustomer'>;
  secrets: Pick<Secrets, 'encrypt'>;
}

/** Writes whose account a customer is into the customer at Dodo. */
export function createCustomerNoteWorker(deps: CustomerNoteDeps): RowWorker {
  return createRowWorker(deps, {
    topic: 'customer_note',
    limit: 4,
    leaseMs: MINUTE,
    async handle(row) {
      const account = await deps.wallets.read(row.accountId ?? '');
      const customerId = account?.customerId ?? null;
      if (account === null || customerId === null) return { kind: 'done' };
      await deps.billing.noteCustomer(customerId, noteOf(deps.secrets, account, customerId));
      return { kind: 'done' };
    },
  });
}
