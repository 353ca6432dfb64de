import type { Account } from './account/account.ts';
import { decideCheckoutDone, openCheckouts } from './account/checkout.ts';
import type { AccountsOfUsers } from './accounts-of-users.ts';
import type { AppliedPayment, ApplyPayment } from './apply-payment.ts';
import { type Billing, BillingError } from './billing.ts';
import type { ChatUser } from './chat.ts';
import type { ReadLedger } from './read-ledger.ts';
import type { Store } from './store.ts';
import { type Clock, type Millis, SECOND } from './time.ts';
import type { Wallets } from './wallets.ts';

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
  /** Dodo could not be asked. */
  | 'unknown';

/** "I paid but see nothing": looks at Dodo at once for what a webhook should have told. */
export interface PaymentLook {
  /** Asks Dodo at most once in 20 s for one account; in between it says what it said last. */
  look(of: ChatUser): Promise<PaymentNews>;
}

const LOOK_EVERY: Millis = 20 * SECOND;

/** Of one account: each is a call. */
const MOST_CHECKOUTS = 3;

/** Answers that are remembered; then those that are no longer needed are forgotten. */
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

export function createPaymentLook(deps: PaymentLookDeps): PaymentLook {
  const { wallets, store, clock } = deps;
  const recent = new Map<string, { news: PaymentNews; at: Millis }>();

  function remember(accountId: string, news: PaymentNews): void {
    const now = clock();
    if (recent.size >= MOST_REMEMBERED) {
      for (const [id, { at }] of recent) if (now - at >= LOOK_EVERY) recent.delete(id);
    }
    recent.set(accountId, { news: news === 'arrived' ? 'none' : news, at: now });
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
      if (applied !== null && applied.outcome.kind !== 'dead') paid.set(nonce, applied);
    }
    return { paid, isProcessing };
  }

  async function ask(before: Account, checkouts: Checkouts): Promise<PaymentNews> {
    const accountId = before.id;
    const { paid, isProcessing } = await paidIn(checkouts);
    const isUnread = before.customerId !== null && before.ledger === null;
    if (paid.size === 0 && !isUnread) return isProcessing ? 'confirming' : 'unpaid';
    await deps.readLedger(accountId, 'member');
    const after = await wallets.read(accountId);
    if (after === null || after.ledger === null) return 'confirming';
    const hasCome = ({ madeAt }: AppliedPayment) => after.lowBalance.grantedAt >= madeAt;
    for (const [nonce, payment] of paid) {
      if (hasCome(payment)) await wallets.run(accountId, [], (account) => done(account, nonce));
    }
    if (isProcessing || ![...paid.values()].every(hasCome)) return 'confirming';
    return after.lowBalance.episode > before.lowBalance.episode ? 'arrived' : 'none';
  }

  return {
    async look(of) {
      const account = await deps.users.read(of);
      if (account === null) return 'none';
      const now = clock();
      const checkouts = openCheckouts(account, now).slice(0, MOST_CHECKOUTS);
      const isUnread = account.customerId !== null && account.ledger === null;
      if (checkouts.length === 0 && !isUnread) return 'none';
      if ((await store.increment(`payment_look:${account.id}`, 1, now + LOOK_EVERY, now)) > 1) {
        return recent.get(account.id)?.news ?? (isUnread ? 'confirming' : 'none');
      }
      const news = await ask(account, checkouts).catch((error: unknown): PaymentNews => {
        if (error instanceof BillingError) return 'unknown';
        throw error;
      });
      remember(account.id, news);
      return news;
    },
  };
}

function done(account: Account | null, nonce: string) {
  return account === null ? { account: null, reply: undefined } : decideCheckoutDone(account, nonce);
}
