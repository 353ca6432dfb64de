import type { Account } from '../account/account.ts';
import { decideCheckoutDone, openCheckouts } from '../account/checkout.ts';
import { type Billing, BillingError } from '../dodo/billing.ts';
import type { ReadLedger } from '../dodo/read-ledger.ts';
import type { Store } from '../store.ts';
import { type Clock, MINUTE, type Millis, SECOND } from '../time.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import type { Wallets } from '../wallets/wallets.ts';
import type { AppliedPayment, ApplyPayment } from './apply-payment.ts';

/** What a member is told of a payment of theirs that may be on its way. */
export type PaymentNews =
  /** Nothing is on its way. */
  | 'none'
  /** It was found just now. */
  | 'arrived'
  /** Paid, or being paid, and not in the ledger yet. */
  | 'confirming'
  /** A checkout is open that nobody has paid. */
  | 'unpaid'
  /** It was paid by a customer who cannot be this wallet's. */
  | 'not_joined'
  /** Dodo could not be asked. */
  | 'unknown';

/** "I paid but see nothing": looks at Dodo at once for what a webhook should have told. */
export interface PaymentLook {
  /** Asks Dodo at most once in 20 s for one account; in between it says what it said last. */
  look(of: WalletUser): Promise<PaymentNews>;
}

const LOOK_EVERY: Millis = 20 * SECOND;

/** Of one account: each is a call. */
const MOST_CHECKOUTS = 3;

/** By then the sweep has found whatever a look was waiting for. */
const FORGOTTEN_AFTER: Millis = 10 * MINUTE;

/** Answers that are remembered before the old ones are forgotten. */
const MOST_REMEMBERED = 1_000;

export interface PaymentLookDeps {
  users: Pick<AccountsOfUsers, 'read'>;
  wallets: Wallets;
  billing: Pick<Billing, 'sessionPayment'>;
  store: Pick<Store, 'increment'>;
  applyPayment: ApplyPayment;
  readLedger: ReadLedger;
  clock: Clock;
}

type Checkouts = ReturnType<typeof openCheckouts>;

interface Found {
  news: PaymentNews;
  /** Dodo's clock: when a payment was made whose credits have not come yet. */
  awaited: Millis | null;
}

interface Said extends Found {
  at: Millis;
}

export function createPaymentLook(deps: PaymentLookDeps): PaymentLook {
  const { wallets, store, clock } = deps;
  const recent = new Map<string, Said>();

  function remember(accountId: string, said: Found): void {
    const now = clock();
    if (recent.size >= MOST_REMEMBERED) {
      for (const [id, { at }] of recent) if (now - at >= FORGOTTEN_AFTER) recent.delete(id);
    }
    recent.set(accountId, { ...said, at: now });
  }

  /** @returns what was paid in these checkouts, with each the payment that was applied */
  async function paidIn(checkouts: Checkouts): Promise<{ paid: Map<string, AppliedPayment>; isProcessing: boolean }> {
    const paid = new Map<string, AppliedPayment>();
    let isProcessing = false;
    for (const { nonce, session } of checkouts) {
      const payment = await deps.billing.sessionPayment(session.id);
      if (payment?.status === 'processing') isProcessing = true;
      if (payment?.status !== 'succeeded') continue;
      const applied = await deps.applyPayment(payment.paymentId, 'member');
      if (applied !== null) paid.set(nonce, applied);
    }
    return { paid, isProcessing };
  }

  /** @param awaited the time of a payment whose credits had not come at the last look */
  async function ask(before: Account, checkouts: Checkouts, awaited: Millis | null): Promise<Found> {
    const { paid, isProcessing } = await paidIn(checkouts);
    const bound = await wallets.read(before.id);
    // Another wallet's customer has paid, or none could be bound: the binding has alerted the operator and told the buyer.
    const isAnothers = ({ outcome, customerId }: AppliedPayment) =>
      outcome.kind === 'dead' || (outcome.kind === 'applied' && bound?.customerId !== customerId);
    if ([...paid.values()].some(isAnothers)) return { news: 'not_joined', awaited };
    const isUnread = bound !== null && bound.customerId !== null && bound.ledger === null;
    if (paid.size === 0 && awaited === null && !isUnread) {
      return { news: isProcessing ? 'confirming' : 'unpaid', awaited };
    }
    await deps.readLedger(before.id, 'member');
    const after = await wallets.read(before.id);
    const madeAt = Math.max(awaited ?? 0, ...[...paid.values()].map((payment) => payment.madeAt));
    // Credits are granted after their payment was made; both times are Dodo's.
    if (after === null || after.ledger === null || after.lowBalance.grantedAt < madeAt) {
      return { news: 'confirming', awaited: madeAt };
    }
    for (const nonce of paid.keys()) await wallets.run(before.id, [], (account) => done(account, nonce));
    if (isProcessing) return { news: 'confirming', awaited: null };
    const isNew = awaited !== null || after.lowBalance.episode > before.lowBalance.episode;
    return { news: isNew ? 'arrived' : 'none', awaited: null };
  }

  return {
    async look(of) {
      const account = await deps.users.read(of);
      if (account === null) return 'none';
      const now = clock();
      const checkouts = openCheckouts(account, now).slice(0, MOST_CHECKOUTS);
      const isUnread = account.customerId !== null && account.ledger === null;
      const last = recent.get(account.id);
      const awaited = last?.awaited ?? null;
      if (checkouts.length === 0 && !isUnread && awaited === null) return 'none';
      if ((await store.increment(`payment_look:${account.id}`, 1, now + LOOK_EVERY, now)) > 1) {
        return last === undefined ? localNews(isUnread) : toldAgain(last.news);
      }
      const found = await ask(account, checkouts, awaited).catch((error: unknown): Found => {
        if (error instanceof BillingError) return { news: 'unknown', awaited };
        throw error;
      });
      remember(account.id, found);
      return found.news;
    },
  };
}

/** What is known without asking Dodo: another process did so a moment ago. */
function localNews(isUnread: boolean): PaymentNews {
  return isUnread ? 'confirming' : 'none';
}

/** An arrival is told once. */
function toldAgain(news: PaymentNews): PaymentNews {
  return news === 'arrived' ? 'none' : news;
}

function done(account: Account | null, nonce: string) {
  return account === null ? { account: null, reply: undefined } : decideCheckoutDone(account, nonce);
}
