import type { Millis } from './time.ts';

/**
 * The store port: what the money rules need of a database. An engine (SQLite, Redis) knows nothing of tokens;
 * every business rule is in the functions that make the commits.
 *
 * Terminology
 * - document: the account, one JSON object, replaced whole; `version` names the commit that wrote it (0: not there).
 * - row: work to be done later, outbox or inbox alike, delivered by claim → do → remove.
 * - seen key: a dedupe key of one account; it is there from the commit that wrote it until it expires.
 * - record: something to be read later by its id (an ask's receipt, a ledger row, an audit line).
 * - index claim: who owns an outside id (a Dodo customer, say); set if absent.
 */

export type { Millis };

/** What a row is for; each topic has one worker, but for `kept`, which holds webhooks that change nothing. */
export type Topic =
  | 'inbox'
  | 'usage'
  | 'debit'
  | 'notice'
  | 'reconcile'
  | 'lapse'
  | 'cancel_subscription'
  | 'clawback'
  | 'subscription'
  | 'kept'
  | 'customer_note'
  | 'erase';

export interface NewRow {
  /** Unique over all topics. A row whose id is already waiting is left as it is. */
  id: string;
  topic: Topic;
  accountId: string | null;
  /** Not claimed before. */
  dueAt: Millis;
  body: object;
  /** The row may be woken early by `wake` with this name. */
  waitsFor?: string;
}

export interface Row extends NewRow {
  createdAt: Millis;
  /** Claims so far, this one included. It is the fencing token of `retry` and `bury`. */
  attempts: number;
  lastError: string | null;
}

export interface SeenKey {
  key: string;
  expiresAt: Millis;
}

export interface NewRecord {
  /** `ask`, `ledger`, `audit` … */
  kind: string;
  id: string;
  at: Millis;
  body: object;
}

export interface StoredRecord extends NewRecord {
  accountId: string;
}

export interface Loaded {
  /** Names the commit that wrote the document, and no other one; 0 where there is none. */
  version: number;
  document: object | null;
  /** Those of the keys asked for that this account has seen. */
  seen: Set<string>;
}

/** Everything that follows from one or more decisions about one account, written together or not at all. */
export interface AccountCommit {
  accountId: string;
  /** The version that was loaded; the commit is refused when it is no longer the newest. */
  expectedVersion: number;
  document: object;
  seen: SeenKey[];
  rows: NewRow[];
  /** Rows whose work is done by this commit; removed before `rows` are added. */
  removeRows: string[];
  records: NewRecord[];
  at: Millis;
}

export interface ClaimRequest {
  topic: Topic;
  limit: number;
  leaseMs: number;
  now: Millis;
}

export interface TopicDepth {
  topic: Topic;
  /** Rows that wait or are being worked on. */
  waiting: number;
  oldestCreatedAt: Millis | null;
  dead: number;
}

export interface DeadLetter {
  row: Row;
  diedAt: Millis;
  error: string;
}

export interface IndexOwner {
  accountId: string;
  since: Millis;
}

/** The store could not be read or written, for now; its message and `cause` are the engine's. */
export class StoreError extends Error {
  override name = 'StoreError';
}

/** Every method throws StoreError where the engine fails. */
export interface Store {
  /** Reads an account's document (null when there is none) and which of `keys` it has seen. */
  load(accountId: string, keys: readonly string[]): Promise<Loaded>;
  /**
   * What this process committed to an account last, without asking the engine, and no seen keys; null when it does not know.
   * Others may have committed since: good for a commit, which compares, and for nothing else.
   */
  recall(accountId: string): Promise<Loaded | null>;
  /** Durable when it resolves. @returns false when somebody else has committed meanwhile: load and decide again. */
  commit(commit: AccountCommit): Promise<boolean>;

  /** Puts a row that follows from no account, durable when it resolves. @returns false when `once` was put before. */
  put(row: NewRow, once: SeenKey, now: Millis): Promise<boolean>;
  /** Takes due rows, oldest due first, and makes them due again at now + leaseMs. */
  claim(request: ClaimRequest): Promise<Row[]>;
  remove(ids: readonly string[]): Promise<void>;
  /** Gives a claimed row back, due later. Nothing happens when it was claimed again meanwhile (`attempts` differs). */
  retry(row: Pick<Row, 'id' | 'attempts'>, dueAt: Millis, error: string): Promise<void>;
  /** Makes a claimed row a dead letter: never claimed again, kept, counted, listed. Fenced like `retry`. */
  bury(row: Pick<Row, 'id' | 'attempts'>, error: string, now: Millis): Promise<void>;
  /** Heartbeat: new due time and body for rows that nobody has claimed yet. @returns the ids that were still there so. */
  extend(rows: readonly { id: string; body: object }[], dueAt: Millis): Promise<Set<string>>;
  /** Makes rows that wait for `name` due now. @returns how many */
  wake(name: string, now: Millis): Promise<number>;
  /** One entry for each topic that has rows or dead letters. */
  depths(): Promise<TopicDepth[]>;
  /** Newest first. */
  deadLetters(limit: number): Promise<DeadLetter[]>;
  deadLetter(id: string): Promise<DeadLetter | null>;
  /** Makes a dead letter a row again, due now, with the attempts that it had. @returns false when there is none, or a row of its id waits */
  revive(id: string, now: Millis): Promise<boolean>;
  /** Forgets a dead letter. @returns whether there was one */
  discard(id: string): Promise<boolean>;
  /** The rows of a topic, those that are being worked on too, soonest due first. Claims nothing. */
  waiting(topic: Topic, limit: number): Promise<Row[]>;
  row(id: string): Promise<Row | null>;

  /** @returns the record, or null */
  record(kind: string, id: string): Promise<StoredRecord | null>;
  /** Newest first. @param after the id of a record: those that follow on it; none when it is not this account's */
  records(accountId: string, kind: string, limit: number, after?: string): Promise<StoredRecord[]>;

  /** Sets the owner of an outside id if it has none. @returns the owner it has afterwards */
  claimIndex(index: string, key: string, accountId: string, now: Millis): Promise<IndexOwner>;
  indexOwner(index: string, key: string): Promise<IndexOwner | null>;
  /** Takes a void claim over: replaces `from`, only if it is still the owner. @returns whether it was */
  replaceIndex(index: string, key: string, from: string, to: string, now: Millis): Promise<boolean>;

  /** One holder in the fleet: taken or prolonged when free, lapsed or already `owner`'s. @returns whether it is `owner`'s now */
  lease(name: string, owner: string, ttlMs: number, now: Millis): Promise<boolean>;
  /** Adds to a counter that starts at 0 and is forgotten at `expiresAt` (set by the first addition). @returns the sum */
  increment(key: string, by: number, expiresAt: Millis, now: Millis): Promise<number>;
  /** A fact about the store itself. `setFact` overwrites. */
  fact(name: string): Promise<string | null>;
  setFact(name: string, value: string): Promise<void>;

  /** Forgets what has expired: seen keys, counters. */
  sweep(now: Millis): Promise<void>;
  /** Throws when the store cannot be written. */
  check(): Promise<void>;
  close(): Promise<void>;
}
