import type { NewRecord } from '../store.ts';
import type { Millis } from '../time.ts';
import type { Account, UsageBatch } from './account.ts';
import type { Count } from './decision.ts';
import { DEDUCTION_PATIENCE } from './reconcile.ts';
import type { Moment } from './rules.ts';

interface Closed {
  account: Account;
  records: NewRecord[];
  counts: Count[];
}

/**
 * Usage that Dodo took long ago and that a reading of the ledger since does not show.
 * Where the balance was at zero meanwhile Dodo has stopped charging: written off, never charged from a later grant.
 * Where it was not, the meter is not wired for this customer: the operator is alerted and the tokens stay unsettled.
 * A debit that Dodo confirmed has left the balance that was read, whatever its row looked like.
 */
export function closeOverdue(account: Account, readingStartedAt: Millis, moment: Moment): Closed {
  const overdue = (since: Millis | null) => since !== null && since + DEDUCTION_PATIENCE <= readingStartedAt;
  const records: NewRecord[] = [];
  const counts: Count[] = [];
  const kept: UsageBatch[] = [];
  for (const batch of account.metered.batches) {
    if (batch.unanswered > 0 || batch.acceptedAt === null || !overdue(batch.acceptedAt)) {
      kept.push(batch);
    } else if (wasAtZero(account, batch.acceptedAt)) {
      records.push(audit(account, `${batch.id}:written_off`, 'usage_written_off', batch.tokens, moment.now));
      counts.push({ name: 'tokens_written_off', by: batch.tokens });
    } else {
      kept.push({ ...batch, isAlerted: true });
      if (batch.isAlerted) continue;
      const note = audit(account, `${batch.id}:not_metered`, 'usage_not_metered', batch.tokens, moment.now);
      records.push({ ...note, kind: 'alert' });
    }
  }
  const { open } = account.debited;
  const isDebitOverdue = open !== null && overdue(open.sentAt);
  if (isDebitOverdue) records.push(audit(account, `${open.id}:unseen`, 'debit_row_unseen', open.tokens, moment.now));
  return {
    account: {
      ...account,
      metered: { ...account.metered, batches: kept },
      debited: isDebitOverdue ? { ...account.debited, open: null } : account.debited,
    },
    records,
    counts,
  };
}

function wasAtZero(account: Account, since: Millis): boolean {
  const { ledger } = account;
  return ledger !== null && (ledger.balance === 0 || (ledger.zeroAt !== null && ledger.zeroAt >= since));
}

function audit(account: Account, id: string, what: string, tokens: number, at: Millis): NewRecord {
  return { kind: 'audit', id, at, body: { what, accountId: account.id, tokens } };
}
