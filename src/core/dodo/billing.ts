import type { Millis } from '../time.ts';

/**
 * The billing port: what the rules need of Dodo Payments. Tokens are safe integers. Times called "Dodo's clock" are
 * never compared with ours.
 */

export interface LedgerRow {
  id: string;
  businessId: string;
  entitlementId: string;
  customerId: string;
  /** Dodo's `transaction_type`: credit_added, credit_deducted, credit_expired, overage_charged, manual_adjustment … */
  type: string;
  isCredit: boolean;
  amount: number;
  balanceBefore: number;
  balanceAfter: number;
  overageBefore: number;
  overageAfter: number;
  /** Dodo's clock. */
  createdAt: Millis;
  grantId: string | null;
  /** What the row follows from: `payment`, `subscription`, `api` … and its id. */
  referenceType: string | null;
  referenceId: string | null;
}

export interface Grant {
  id: string;
  remaining: number;
  /** Dodo's clock; null: never. */
  expiresAt: Millis | null;
}

/** A customer's line in the list of all balances. */
export interface CustomerBalance {
  customerId: string;
  balance: number;
  overage: number;
  /** Dodo's clock; null: nothing was ever booked, or Dodo does not say. */
  lastTransactionAt: Millis | null;
  /** Dodo's clock. */
  createdAt: Millis;
}

/** A grant with where it came from; one that has ended has nothing remaining. */
export interface SourcedGrant extends Grant {
  initial: number;
  /** The payment, or the subscription, that it was granted for. */
  sourceId: string | null;
  /** Dodo's clock. */
  createdAt: Millis;
}

export interface Subscription {
  id: string;
  customerId: string;
  productId: string;
  /** pending, active, past_due, on_hold, paused, cancelled, failed, expired */
  status: string;
  createdAt: Millis;
  /** When the running cycle began, on Dodo's clock; null: Dodo does not say. */
  cycleStartedAt: Millis | null;
  nextBillingAt: Millis | null;
  endsAtPeriodEnd: boolean;
  /** The product that it goes over to, and when (Dodo's clock). */
  scheduledChange: { productId: string; at: Millis } | null;
  /** Of our entitlement on this subscription; null when it carries none. */
  overage: { enabled: boolean; limitTokens: number | null } | null;
}

export interface Payment {
  id: string;
  customerId: string;
  /** succeeded, failed, processing, cancelled … */
  status: string;
  amountCents: number;
  currency: string;
  subscriptionId: string | null;
  /** Dodo leaves the products out on payments of a subscription. */
  products: { productId: string; quantity: number }[];
  errorMessage: string | null;
  /** The checkout session that was paid in; null for renewals. */
  sessionId: string | null;
}

/** Money that was given back for a payment. */
export interface Refund {
  id: string;
  paymentId: string;
  customerId: string;
  /** succeeded, failed, pending, review */
  status: string;
  amountCents: number;
}

/** A payment that the cardholder disputes. */
export interface Dispute {
  id: string;
  paymentId: string;
  /** Dodo may leave the customer out: then the payment tells whose it is. */
  customerId: string | null;
  /** opened, challenged, expired, accepted, lost: the money is held or gone. won, cancelled: it stays. */
  status: string;
  /** null: all of the payment. */
  amountCents: number | null;
}

/** The metadata that Dodo passes through from the checkout session. */
export type Metadata = Record<string, string | number | boolean>;

/** A webhook, parsed. `at` is the envelope's timestamp, on Dodo's clock. */
export type BillingEvent =
  | { kind: 'ledger_row'; type: string; at: Millis; businessId: string; metadata: Metadata; row: LedgerRow }
  | {
      kind: 'subscription';
      type: string;
      at: Millis;
      businessId: string;
      metadata: Metadata;
      subscription: Subscription;
    }
  | { kind: 'payment'; type: string; at: Millis; businessId: string; metadata: Metadata; payment: Payment }
  | { kind: 'refund'; type: string; at: Millis; businessId: string; metadata: Metadata; refund: Refund }
  | { kind: 'dispute'; type: string; at: Millis; businessId: string; metadata: Metadata; dispute: Dispute }
  /** Rightly formed, of a type that changes nothing here (credit.balance_low, license_key.created …). */
  | { kind: 'ignored'; type: string; at: Millis; businessId: string };

/** One ask, as Dodo's meter counts it. The time of ingestion is set by the port at each attempt. */
export interface UsageEvent {
  /** The ask id. */
  eventId: string;
  customerId: string;
  tokens: number;
  model: string;
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  source: 'discord' | 'slack' | 'api';
  /** When the ask was settled, on our clock; goes into the metadata. */
  settledAt: Millis;
}

/** An entry in the ledger by hand. */
export interface AdjustRequest {
  customerId: string;
  direction: 'debit' | 'credit';
  tokens: number;
  idempotencyKey: string;
  reason: string;
  /** Of a credit, on Dodo's clock; null or left out: never. */
  expiresAt?: Millis | null;
}

export type AdjustOutcome =
  | { kind: 'done'; rowId: string }
  /** The key was used before, so it was done before. */
  | { kind: 'repeated' }
  /** The balance does not cover a debit. */
  | { kind: 'insufficient' };

export interface CheckoutRequest {
  productId: string;
  quantity: number;
  /** null: a new customer is always made, never joined by e-mail. */
  customerId: string | null;
  /** Of a new customer: what the page is filled in with. */
  buyer?: Buyer;
  metadata: Metadata;
  returnUrl: string;
}

export interface Buyer {
  email: string;
  name: string;
}

export interface CheckoutSession {
  id: string;
  url: string;
}

/** Another plan for a subscription: the rest of the cycle is charged now, or the next cycle is another one. */
export interface PlanChangeRequest {
  subscriptionId: string;
  productId: string;
  when: 'now' | 'next_billing_date';
}

/** Money in the smallest unit of its currency (ISO 4217). */
export interface Price {
  amount: number;
  currency: string;
}

/** Why a call to Dodo did not work, and what that means for the caller. */
export type BillingFault =
  /** 400, 404, 422: this very request will never work. */
  | 'refused'
  /** 401, 403: our key is wrong. */
  | 'unauthorized'
  /** 409 */
  | 'conflict'
  /** 429, theirs or our own budget's. */
  | 'rate_limited'
  /** Refused connection, 500, 503: it was not done. */
  | 'unavailable'
  /** Timed out, cut off, a gateway's 502 or 504, an answer that cannot be read: it may have been done. */
  | 'unanswered';

/** Dodo did not carry a call out, or it is not known whether it did. No secret is in the message. */
export class BillingError extends Error {
  override name = 'BillingError';
  readonly fault: BillingFault;
  readonly status: number | null;
  /** Dodo's name for the error, such as UNSUPPORTED_ACTION (docs.dodopayments.com, error codes). */
  readonly code: string | null;
  readonly retryAfterMs: number | null;
  constructor(
    fault: BillingFault,
    message: string,
    facts: { status?: number; code?: string; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: facts.cause });
    this.fault = fault;
    this.status = facts.status ?? null;
    this.code = facts.code ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

/** The signature did not hold: nothing of the body is to be believed. */
export class WebhookRejected extends Error {
  override name = 'WebhookRejected';
}

/** Rightly signed, but not what its type needs. The message says what was expected and what came. */
export class MalformedEvent extends Error {
  override name = 'MalformedEvent';
}

/** Which share of the budget of calls a caller draws on: members first, then usage, then reconciling. */
export type CallShare = 'member' | 'usage' | 'reconcile';

/** Customers on a full page of balances. */
export const BALANCES_A_PAGE = 100;

/** Customers on a full page. */
export const CUSTOMERS_A_PAGE = 100;

/** A customer with the metadata that stands in it. */
export interface NotedCustomer {
  id: string;
  metadata: Metadata;
}

/**
 * Makes sure that a webhook is Dodo's. Headers by lower-case name.
 * @returns the webhook's id, the same over Dodo's retries and replays
 * @throws WebhookRejected
 */
export type VerifyWebhook = (body: Buffer, headers: Readonly<Record<string, string | string[] | undefined>>) => string;

/** Every call that asks Dodo may throw a BillingError. */
export interface Billing {
  /** Dodo's clock, as its last answer told it; ours until then. */
  now(): Millis;

  verifyWebhook: VerifyWebhook;
  /** Throws MalformedEvent. */
  parseEvent(body: string): BillingEvent;

  createCheckout(request: CheckoutRequest): Promise<CheckoutSession>;
  /** When the session was made, on Dodo's clock. */
  sessionCreatedAt(sessionId: string): Promise<Millis>;
  /** When the customer was made, on Dodo's clock. */
  customerCreatedAt(customerId: string): Promise<Millis>;
  portalLink(customerId: string): Promise<string>;
  /** Writes into the customer's metadata, beside what stands there. */
  noteCustomer(customerId: string, note: Readonly<Record<string, string>>): Promise<void>;
  /** One page of all customers, counted from 0; fewer than `CUSTOMERS_A_PAGE` on the last one. */
  listCustomers(page: number): Promise<NotedCustomer[]>;

  /** Rows created at or after `since` (Dodo's clock; null: the newest page only), every page, in no promised order. */
  readLedger(customerId: string, since: Millis | null, share?: CallShare): Promise<LedgerRow[]>;
  /** Grants that still hold tokens. */
  readGrants(customerId: string, share?: CallShare): Promise<Grant[]>;
  /** One page of all customers' balances, counted from 0; fewer than `BALANCES_A_PAGE` on the last one. */
  readBalances(page: number): Promise<CustomerBalance[]>;
  /** What was paid in a checkout session, or tried to; null: nothing yet. */
  sessionPayment(sessionId: string): Promise<{ paymentId: string; status: string | null } | null>;
  /** The customer's newest payments that succeeded, newest first; at most a page. */
  succeededPayments(customerId: string): Promise<string[]>;
  /**
   * A payment as it is now, in the form in which a webhook tells it, `at` being when it was made; before it the
   * subscription that it is for.
   */
  paymentAsEvents(paymentId: string, share: CallShare): Promise<BillingEvent[]>;

  /** 1 to 1,000 events. Resolves when Dodo has taken all of them. */
  ingest(events: readonly UsageEvent[]): Promise<void>;
  /** Whether Dodo knows this event. */
  hasEvent(eventId: string): Promise<boolean>;
  /** Takes tokens from the ledger by hand. 'repeated': the key was used before, so it was done before. */
  debit(request: {
    customerId: string;
    tokens: number;
    idempotencyKey: string;
    reason: string;
  }): Promise<'done' | 'repeated' | 'insufficient'>;
  /** Books a debit or a credit by hand, once for its key. */
  adjust(request: AdjustRequest): Promise<AdjustOutcome>;
  /** Every grant there ever was. */
  readGrantHistory(customerId: string): Promise<SourcedGrant[]>;
  /** A payment as it is now; `createdAt` is on Dodo's clock. */
  payment(paymentId: string): Promise<{ payment: Payment; createdAt: Millis; metadata: Metadata }>;
  /** A subscription as it is now. */
  subscription(subscriptionId: string, share?: CallShare): Promise<Subscription>;
  /** The customer's subscriptions, the newest 100, with what each is in at this moment. */
  subscriptionsOf(customerId: string): Promise<{ id: string; status: string }[]>;
  /** Ends a subscription at once. */
  cancelSubscription(subscriptionId: string): Promise<void>;
  /** Has a subscription end at its next billing date, or go on after it. */
  endAtPeriodEnd(subscriptionId: string, ends: boolean): Promise<void>;
  /** What a change that takes effect now would be charged. */
  previewPlanChange(change: PlanChangeRequest): Promise<Price>;
  /** Until it is paid the subscription stays as it is; what came of it is read from the subscription. Never repeated by itself. */
  changePlan(change: PlanChangeRequest): Promise<void>;
  /** Takes back a change that waits for the next billing date. */
  dropScheduledChange(subscriptionId: string): Promise<void>;

  /** A cheap call, to hear whether Dodo is there; tells whose account the key is for. */
  probe(): Promise<{ businessId: string }>;
}
