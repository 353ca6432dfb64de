import type { Account } from '../../src/core/account/account.ts';
import type { Receipt } from '../../src/core/account/receipt.ts';
import type { Store, Topic } from '../../src/core/store.ts';
import { isSameUser } from '../../src/core/wallets/identity.ts';
import type { SimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import { createKept } from '../helpers/bot.ts';

/** One account as our store has it. */
export interface AccountBooks {
  account: Account;
  receipts: Receipt[];
  charged: number;
}

/** What our store says, read beside the processes or after them. */
export interface Books {
  accounts: AccountBooks[];
  /** Rows that wait or are worked on, by topic; webhooks that are only kept do not count. */
  waiting: Partial<Record<Topic, number>>;
  deadLetters: { id: string; error: string }[];
}

const MOST = 10_000;

const TOPICS: readonly Topic[] = ['inbox', 'usage', 'debit', 'clawback', 'notice', 'lapse', 'cancel_subscription'];

/** As our debits for refunds say it in Dodo's ledger. */
const REFUND = /refunded/;

/** @param customers the Dodo customers whose accounts are read */
export async function readBooks(store: Store, customers: Iterable<string>): Promise<Books> {
  const accounts: AccountBooks[] = [];
  for (const customerId of customers) {
    const owner = await store.indexOwner('customer', customerId);
    if (owner === null) continue;
    // Receipts before holds: an ask that is settled meanwhile is missed rather than counted twice.
    const receipts = (await store.records(owner.accountId, 'ask', MOST)).map(({ body }) => body as Receipt);
    const { document } = await store.load(owner.accountId, []);
    if (document === null) throw new Error(`expected the account of customer ${customerId}, found none`);
    accounts.push(booksOf(document as Account, receipts));
  }
  const depths = (await store.depths()).filter(({ topic }) => TOPICS.includes(topic));
  return {
    accounts,
    waiting: Object.fromEntries(depths.map(({ topic, waiting }) => [topic, waiting])),
    deadLetters: (await store.deadLetters(100)).map(({ row, error }) => ({ id: row.id, error })),
  };
}

function booksOf(account: Account, receipts: Receipt[]): AccountBooks {
  return { account, receipts, charged: sum(receipts.map((receipt) => receipt.charged)) };
}

/** The same from a SQLite file, beside the process that has it. */
export function readBooksFile(path: string): Books {
  const kept = createKept(path);
  const receipts = kept.receipts();
  return {
    accounts: kept
      .accounts()
      .filter(({ customerId }) => customerId !== null)
      .map((account) =>
        booksOf(
          account,
          receipts.filter(({ by }) => isSameUser(by, account.owner)),
        ),
      ),
    waiting: Object.fromEntries(TOPICS.map((topic) => [topic, kept.rows(topic).length])),
    deadLetters: kept.deadLetters(),
  };
}

/** One customer's figures at Dodo, in tokens. */
export interface DodoBooks {
  granted: number;
  /** For usage, by the meter and by debits. */
  deducted: number;
  /** For each refund. */
  takenBack: number[];
  balance: number;
  /** Tokens of its usage events. */
  metered: number;
  events: string[];
}

export function readDodo({ dodo, env }: SimulatedWorld, customerId: string): DodoBooks {
  const entitlementId = env.CREDIT_ENTITLEMENT_ID ?? '';
  const rows = dodo.store.ledger(customerId, entitlementId);
  const events = [...dodo.store.events.values()]
    .map(({ event }) => event)
    .filter((event) => event.customer_id === customerId);
  const amounts = (of: typeof rows) => of.map((row) => Number(row.amount));
  const isRefund = ({ description }: (typeof rows)[number]) => REFUND.test(description ?? '');
  const taken = rows.filter((row) => !row.is_credit);
  return {
    granted: sum(amounts(rows.filter((row) => row.is_credit))),
    deducted: sum(amounts(taken.filter((row) => !isRefund(row)))),
    takenBack: amounts(taken.filter(isRefund)),
    balance: Number(dodo.store.balance(customerId, entitlementId)?.balance ?? 0),
    metered: sum(events.map((event) => Number(event.metadata?.tokens))),
    events: events.map((event) => event.event_id).sort(),
  };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
