import type { ProductKey } from '../catalogue.ts';
import type { ChatUser } from '../chat/chat.ts';
import type { Grant, LedgerRow, Subscription } from '../dodo/billing.ts';
import type { Millis } from '../time.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import type { Notice } from './notice-facts.ts';

/**
 * The account document: one member's wallet. Small and bounded; asks, receipts and ledger rows are records beside it.
 *
 * Terminology
 * - balance, overage: what Dodo's ledger last said (after its newest row).
 * - hold: tokens reserved for an ask that is running. Settle: replace it by what was used. Release: drop it.
 * - unsettled: used, but not yet seen as deducted in Dodo's ledger; *waiting* while Dodo has not been asked to take it.
 * - by meter, by debit: the two ways in which usage reaches Dodo's ledger; fixed for an ask when it is settled.
 */
export interface Account {
  schema: 1;
  id: string;
  createdAt: Millis;
  /** The chat user who first used it; the API's user when it was made by a subscription over the page. */
  owner: WalletUser;
  /** Other chat users that share this wallet by `/link`. */
  identities: ChatUser[];
  /** What lets another chat user in, once; hashed. */
  linkCode: { hash: string; expiresAt: Millis } | null;
  /** What shows the first key of a subscription that no chat knows, once; hashed. */
  claim: { hash: string } | null;
  /** Keys for programs, oldest first. */
  apiKeys: ApiKey[];
  /** The wallet that the owner shares by `/link`: this one stays empty meanwhile. */
  joined: { accountId: string; at: Millis } | null;
  /** The Dodo customer; once set it never changes. */
  customerId: string | null;
  /** Our clock: of an account that was made again from Dodo, when its balance shows all that was used before. */
  trustFrom: Millis | null;
  /** null until the ledger was read for the first time. */
  ledger: LedgerHead | null;
  /** Grants as last read, less what was seen to be deducted from them. */
  grants: Grant[];
  holds: Hold[];
  metered: Metered;
  debited: Debited;
  subscriptions: KnownSubscription[];
  /** A change of plan that Dodo was asked for and has not shown yet. */
  planChange: PlanChange | null;
  checkouts: Checkout[];
  /** Oldest first. */
  clawbacks: Clawback[];
  lowBalance: LowBalance;
  alerts: Alerts;
  /** Asks in the current minute of our clock. */
  pace: { minute: number; asks: number };
  /** Asks of the current day that ended with nothing to show by the asker's own doing. */
  empty: { day: number; asks: number };
  buyer: WalletUser | null;
  lastAsked: WalletUser | null;
  /** Notices that the platform refused to deliver; shown at the next command. */
  undelivered: Notice[];
  reconcile: { requested: number; done: number; dueBy: Millis | null };
}

export interface LedgerHead {
  balance: number;
  overage: number;
  rowId: string | null;
  /** Dodo's clock. */
  rowAt: Millis;
  /** Rows of the same instant whose place in the chain is not known: what is as new as the head shows them all. */
  rowsBeside: string[];
  /** Dodo's clock: the newest row that stands apart from the head's in time, from which the order is known; 0: none. */
  anchorAt: Millis;
  /** Dodo's clock: every row until then has been seen. */
  wholeUntil: Millis;
  /** Our clock: when the balance was last heard of. */
  confirmedAt: Millis;
  /** Our clock: when the balance was last seen at zero. */
  zeroAt: Millis | null;
}

/** @returns whether every row up to the head has been seen, so that the balance and what is unsettled fit together */
export function isWholeHead(head: LedgerHead): boolean {
  return head.wholeUntil === head.rowAt;
}

export interface Hold {
  askId: string;
  tokens: number;
  inputTokens: number;
  outputBound: number;
  model: string;
  by: WalletUser;
  since: Millis;
}

/** Usage that goes to Dodo's meter. */
export interface Metered {
  waiting: number;
  /** Oldest first. */
  batches: UsageBatch[];
}

/** What one flush of the meter has sent for this account and Dodo's ledger has not shown yet. */
export interface UsageBatch {
  id: string;
  tokens: number;
  /** Part of `tokens` whose attempts have gone unanswered so far. */
  unanswered: number;
  /** Our clock: when Dodo last took events of this batch. */
  acceptedAt: Millis | null;
  /** The operator was told that no deduction has come; once is enough. */
  isAlerted: boolean;
}

/** Usage that is taken from the ledger by hand, since no plan runs whose meter would. */
export interface Debited {
  waiting: number;
  /** The one intent that may be under way; written before it is sent. */
  open: DebitIntent | null;
  /** Our clock: no two debits of an account are sent within a minute. */
  notBefore: Millis;
  /** Counts the rows of this account's debits. */
  count: number;
  scheduled: boolean;
}

export interface DebitIntent {
  /** The idempotency key. */
  id: string;
  tokens: number;
  /** Our clock: when Dodo said that it has it. */
  sentAt: Millis | null;
  /** A row of its amount has come before Dodo's answer: the tokens are settled, the answer is still to be had. */
  isSeen: boolean;
}

export interface KnownSubscription extends Subscription {
  /** Dodo's clock: the time of the event that this state came with. */
  eventAt: Millis;
  /** A second plan, being cancelled by us. */
  cancelling: boolean;
}

export interface PlanChange {
  subscriptionId: string;
  productId: string;
  /** Our clock. */
  askedAt: Millis;
}

/** What became of the tokens of a payment that was refunded or disputed. */
export interface Clawback {
  paymentId: string;
  claims: Claim[];
  /** The most that the payment's grants were seen to hold since the first claim; null: not looked at yet. */
  basis: number | null;
  /** Tokens taken and not given back. */
  taken: number;
  /** Of `taken`, what the member was told. */
  told: number;
  /** Tokens of the payment that were spent before they could be taken, as the operator was last told. */
  lost: number;
  /** For how long, on Dodo's clock, what was taken would have lasted; null: for ever. */
  lastsMs: Millis | null;
  /** Counts the rows of this clawback's work. */
  count: number;
  open: ClawbackIntent | null;
}

/** A refund or a dispute: a reason to take tokens for as long as it stands. */
export interface Claim {
  id: string;
  kind: 'refund' | 'dispute';
  /** null: all of the payment. */
  cents: number | null;
  stands: boolean;
  /** Nothing but an appeal follows on it. */
  isFinal: boolean;
  /** Dodo's clock: the time of the event that this state came with. */
  at: Millis;
  /** Its tokens were taken, as far as they were there. */
  isTaken: boolean;
  /** Counts the times that its tokens were given back, and the debits that Dodo found too large. */
  round: number;
}

/** An entry in Dodo's ledger that is under way; written before it is sent. */
export interface ClawbackIntent {
  /** The idempotency key. */
  key: string;
  claimId: string;
  direction: 'debit' | 'credit';
  tokens: number;
  /** On Dodo's clock; of a credit. */
  expiresAt: Millis | null;
  /** Our clock: when Dodo said that it has it. */
  sentAt: Millis | null;
  /** The ledger row that it became, as Dodo's answer told it. */
  rowId: string | null;
  /** A row that may be it has come before the answer. */
  seen: LedgerRow | null;
}

/** A key to the wallet for programs. The key itself is kept nowhere. */
export interface ApiKey {
  /** Names it in lists; opens nothing. */
  id: string;
  name: string;
  /** SHA-256 of the key. */
  hash: string;
  /** Who asked for it: it goes when they are taken off the wallet. */
  by: WalletUser;
  createdAt: Millis;
  /** To the minute; null: never. */
  lastUsedAt: Millis | null;
}

/** A checkout session that may still be paid. */
export interface Checkout {
  nonce: string;
  product: ProductKey;
  quantity: number;
  buyer: WalletUser;
  openedAt: Millis;
  /** null while Dodo is being asked for it. */
  session: { id: string; url: string } | null;
}

export interface LowBalance {
  /** What was last granted; thresholds are shares of it. */
  granted: number;
  /** Dodo's clock: when that was. */
  grantedAt: Millis;
  /** The lowest threshold told since then, in percent; null: none. */
  told: number | null;
  /** Counts the grants, so that a notice of an earlier one can be known. */
  episode: number;
}

/** What the member has chosen to be told, and what was told of overage. */
export interface Alerts {
  /** The most overage in a cycle that the member wants to owe; null: as much as the operator lends. */
  capCents: number | null;
  isLowTold: boolean;
  /** The highest share of the cap told in this cycle, in percent; null: none. */
  capTold: number | null;
  /** Counts cycles and changes of the cap, so that a notice of an earlier one can be known. */
  capEpisode: number;
}

/** @returns an empty wallet */
export function newAccount(id: string, owner: WalletUser, now: Millis): Account {
  return {
    schema: 1,
    id,
    createdAt: now,
    owner,
    identities: [],
    linkCode: null,
    claim: null,
    apiKeys: [],
    joined: null,
    customerId: null,
    trustFrom: null,
    ledger: null,
    grants: [],
    holds: [],
    metered: { waiting: 0, batches: [] },
    debited: { waiting: 0, open: null, notBefore: 0, count: 0, scheduled: false },
    subscriptions: [],
    planChange: null,
    checkouts: [],
    clawbacks: [],
    lowBalance: { granted: 0, grantedAt: 0, told: null, episode: 0 },
    alerts: { capCents: null, isLowTold: true, capTold: null, capEpisode: 0 },
    pace: { minute: 0, asks: 0 },
    empty: { day: 0, asks: 0 },
    buyer: null,
    lastAsked: null,
    undelivered: [],
    reconcile: { requested: 0, done: 0, dueBy: null },
  };
}

/**
 * Reads a stored document.
 * @throws Error when it was written by another version of this program
 */
export function openAccount(document: object): Account {
  const { schema } = document as { schema?: unknown };
  if (schema !== 1) throw new Error(`expected an account document of schema 1, got ${String(schema)}`);
  return document as Account;
}
