import type { Account } from '../../src/core/account/account.ts';
import type { Receipt } from '../../src/core/account/receipt.ts';
import type { DeadLetter, Store, TopicDepth } from '../../src/core/store.ts';
import type { SimulatedWorld } from '../../src/sandbox/simulated-world.ts';

/** One account as our store has it. */
export interface AccountBooks {
  account: Account;
  receipts: Receipt[];
  charged: number;
}

/** What our store says, read beside the processes or after them. */
export interface Books {
  accounts: AccountBooks[];
  depths: TopicDepth[];
  deadLetters: DeadLetter[];
}

const MOST = 10_000;

/** @param customers the Dodo customers whose accounts are read */
export async function readBooks(store: Store, customers: Iterable<string>): Promise<Books> {
  const accounts: AccountBooks[] = [];
  for (const customerId of customers) {
    const owner = await store.indexOwner('customer', customerId);
    if (owner === null) continue;
    const { document } = await store.load(owner.accountId, []);
    if (document === null) throw new Error(`expected the account of customer ${customerId}, found none`);
    const receipts = (await store.records(owner.accountId, 'ask', MOST)).map(({ body }) => body as Receipt);
    accounts.push({
      account: document as Account,
      receipts,
      charged: receipts.reduce((sum, receipt) => sum + receipt.charged, 0),
    });
  }
  return { accounts, depths: await store.depths(), deadLetters: await store.deadLetters(100) };
}

/** Work that is still to be done; webhooks that are only kept do not count. */
export function waitingRows({ depths }: Books): Record<string, number> {
  return Object.fromEntries(
    depths.filter(({ topic, waiting }) => topic !== 'kept' && waiting > 0).map(({ topic, waiting }) => [topic, waiting]),
  );
}

/** One customer's figures at Dodo, in tokens. */
export interface DodoBooks {
  granted: number;
  /** By the meter and by debits. */
  deducted: number;
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
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
  return {
    granted: sum(rows.filter((row) => row.is_credit).map((row) => Number(row.amount))),
    deducted: sum(rows.filter((row) => !row.is_credit).map((row) => Number(row.amount))),
    balance: Number(dodo.store.balance(customerId, entitlementId)?.balance ?? 0),
    metered: sum(events.map((event) => Number(event.metadata?.tokens))),
    events: events.map((event) => event.event_id).sort(),
  };
}
