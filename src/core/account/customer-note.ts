import type { NewRow } from '../store.ts';
import type { Millis } from '../time.ts';
import type { Account } from './account.ts';

/** The row that writes into the Dodo customer whose account it is; none while there is no customer. */
export function customerNoteRows(account: Account, now: Millis): NewRow[] {
  if (account.customerId === null) return [];
  // Each has an id of its own: one that is being worked on may have read the account before this change.
  const id = `customer_note:${account.id}:${now}`;
  return [{ id, topic: 'customer_note', accountId: account.id, dueAt: now, body: {} }];
}
