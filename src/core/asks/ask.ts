import type { ClampedTo, HoldReply, Refusal } from '../account/hold.ts';
import type { Ending, Receipt } from '../account/receipt.ts';
import type { Moment, Rules } from '../account/rules.ts';
import type { MessageHandle } from '../chat/chat.ts';
import type { DodoHeard } from '../dodo/dodo-heard.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { CountTokens, Model, ModelError, ModelMessage, ModelUsage } from '../model.ts';
import type { ModelRules } from '../models.ts';
import type { Place } from '../operator/places.ts';
import type { Secrets } from '../secrets.ts';
import type { Store } from '../store.ts';
import type { Millis } from '../time.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import type { Wallets } from '../wallets/wallets.ts';
import type { Admission, BrakeRefusal } from './admission.ts';
import type { DailyTokens } from './daily-tokens.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { PromptRefusal } from './prompt.ts';
import type { StopRequests } from './stop-requests.ts';

/** Something asked, before anybody has looked at it. */
export interface Question {
  by: WalletUser;
  /** The platform's id of what caused it: asked twice under one cause, it is answered once. null: nothing can ask it again. */
  cause: string | null;
  /** When it happened, as the platform says at each delivery. */
  causedAt?: Millis | null;
  /** One question, or a conversation. */
  prompt: string | readonly ModelMessage[];
  place: Place;
  /** Whether the wallet ever bought anything: one that did not is refused before its prompt costs anybody time. */
  hasBought?: boolean;
  /** The longest answer that is wanted; not given: as long as the model makes it. */
  mostOutputTokens?: number | null;
  /** The asker named it and may ask for the answer again; the cause is of the day on which it is asked. */
  once?: { earlierCause: string; bodyHash: string } | null;
}

export type AskStart =
  | { kind: 'started'; ask: StartedAsk }
  | { kind: 'refused'; refusal: Refusal | PromptRefusal | BrakeRefusal }
  /** The same ask was started before, here or in another process. */
  | Extract<HoldReply, { kind: 'repeated' }>;

/** Where an answer appears. */
export interface AskView {
  /** The newest message; it may change while the answer grows. */
  readonly handle: MessageHandle | null;
  show(text: string, mayWrite?: () => boolean): void;
  /** The whole answer, before it is paid for: what must outlive this process is kept here. */
  ended?(text: string): Promise<void>;
}

export interface AskResult {
  text: string;
  /** Of whoever settled the ask; null: the store did not take the settlement yet, the recovery will. */
  receipt: Receipt | null;
  left: number | null;
  /** What a new ask could take; null as the receipt. */
  available: number | null;
  ending: Ending;
  usage: ModelUsage;
  /** The hold was taken from us: whoever took it settles the ask and closes the message. */
  fenced: boolean;
  error: ModelError | null;
  /**
   * The message shows its end. Until this was called the ask keeps its lease, and when its process dies, whoever finds
   * the lease lapsed closes the message. Never throws.
   */
  closed(): Promise<void>;
}

/** An ask whose tokens are held. Exactly one of its methods is to be called. */
export interface StartedAsk {
  askId: string;
  outputBound: number;
  /** What another ask could take while this one runs. */
  available: number;
  /** null: the bound was not lowered. */
  clampedTo: ClampedTo | null;
  run(view: AskView): Promise<AskResult>;
  /** Nothing was sent to the model: the hold is dropped. */
  abandon(): Promise<void>;
}

export interface Asks {
  /** Holds the tokens for a question, or says why not. Throws when the store is down. */
  start(question: Question): Promise<AskStart>;
  /** Stops an ask of this member's, in whichever process it runs; 'not_yours' when another member asked. */
  stop(askId: string, by: WalletUser): Promise<'stopping' | 'not_running' | 'not_yours'>;
  receipt(askId: string): Promise<Receipt | null>;
  /** Asks that run in this process. */
  running(): number;
  /** Tokens that they hold. */
  heldTokens(): number;
  /** Ends every running ask as interrupted. */
  interruptAll(): void;
}

export interface AsksDeps {
  wallets: Wallets;
  users: AccountsOfUsers;
  store: Store;
  model: Model;
  count: CountTokens;
  modelName: string;
  modelRules: ModelRules;
  rules: Rules;
  /** A random UUID. */
  newId(): string;
  moment(): Moment;
  heard: DodoHeard;
  heartbeats: Heartbeats;
  metrics: Pick<Metrics, 'countBy' | 'observe'>;
  admission: Admission;
  daily: DailyTokens;
  /** Said to the model before every question; null: nothing. */
  systemPrompt: string | null;
  secrets: Pick<Secrets, 'encrypt'>;
  /** null: there is no other process. */
  stops: StopRequests | null;
  log: Log;
  /** Milliseconds; the answer is cut then. */
  deadlineMs?: number;
}

/** What stands in the row beside the account while an ask runs: enough to settle and close it without its process. */
export interface LapseBody {
  askId: string;
  source: WalletUser['platform'];
  model: string;
  inputTokens: number;
  outputTokens: number;
  visible: boolean;
  /** The day whose tokens the hold is counted among; null: none are counted. */
  countedOn: number | null;
  /** The handle of the newest message, sealed: it may hold a token that can write as the bot. */
  sealedHandle: string | null;
}
