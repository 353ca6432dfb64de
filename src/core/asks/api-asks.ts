import { type HoldReply, ONCE_KEPT, type Refusal } from '../account/hold.ts';
import type { Ending, Receipt } from '../account/receipt.ts';
import type { Rules } from '../account/rules.ts';
import type { ModelError, ModelMessage, ModelUsage } from '../model.ts';
import { type Clock, DAY, type Millis } from '../time.ts';
import type { OpenedWallet } from '../wallets/api-keys.ts';
import { apiUserOf } from '../wallets/wallet-user.ts';
import type { WalletView } from '../wallets/wallet-view.ts';
import type { BrakeRefusal } from './admission.ts';
import type { Asks, StartedAsk } from './ask.ts';
import type { PromptRefusal } from './prompt.ts';

/** What a program asks with an API key. */
export interface ApiQuestion extends OpenedWallet {
  prompt: string | readonly ModelMessage[];
  /** null: as long as the model makes it. */
  mostOutputTokens: number | null;
  /** `Idempotency-Key`, and all that was asked under it; null: asked twice is answered twice. */
  once: { key: string; body: string } | null;
}

export interface ApiAnswer {
  askId: string;
  model: string;
  text: string;
  usage: ModelUsage;
  charged: number;
  ending: Ending;
  /** Tokens that another ask could take. */
  available: number;
  /** What the model's side reported, when that is why the answer ended. */
  error: ModelError | null;
}

export type ApiStart =
  | { kind: 'refused'; refusal: Refusal | PromptRefusal | BrakeRefusal }
  /** The same key names something else that was asked. */
  | { kind: 'other_body' }
  | { kind: 'running' }
  /** Asked before: the answer of then. */
  | { kind: 'again'; answer: ApiAnswer }
  /** Asked before and answered, but the store did not take the answer. */
  | { kind: 'not_kept'; receipt: Receipt }
  | { kind: 'started'; ask: ApiAsk };

/** An ask whose tokens are held. Exactly one of `run` and `abandon` is to be called. */
export interface ApiAsk {
  askId: string;
  /** @param onText the whole text so far */
  run(onText: (text: string) => void): Promise<ApiAnswer>;
  abandon(): Promise<void>;
  /** Whoever asked has hung up: the model stops, and what was streamed is paid for. Does nothing when it has ended. */
  hangUp(): void;
}

/** Answers that may be asked for again, unreadable to whoever has the store. */
export interface KeptAnswers {
  keep(askId: string, text: string, ttlMs: Millis): Promise<void>;
  find(askId: string): Promise<string | null>;
}

/** Asks by the HTTP API: through the gate, the holds and the receipts of the chat. */
export interface ApiAsks {
  /** Throws when the store is down. */
  start(question: ApiQuestion): Promise<ApiStart>;
}

export interface ApiAsksDeps {
  asks: Asks;
  view: Pick<WalletView, 'figures'>;
  answers: KeptAnswers;
  modelName: string;
  rules: Pick<Rules, 'hash'>;
  clock: Clock;
}

export function createApiAsks(deps: ApiAsksDeps): ApiAsks {
  const { asks, answers } = deps;

  /** An ask id is good for one usage event for ever, so each day on which a name may begin has ids of its own. */
  function namedBy({ accountId, keyId, once }: ApiQuestion) {
    if (once === null) return { cause: null, once: null };
    const day = Math.floor(deps.clock() / DAY);
    const causeOn = (when: number) => JSON.stringify([accountId, keyId, when, once.key]);
    return { cause: causeOn(day), once: { earlierCause: causeOn(day - 1), bodyHash: deps.rules.hash(once.body) } };
  }

  async function availableTo(accountId: string): Promise<number> {
    return (await deps.view.figures(apiUserOf(accountId))).available;
  }

  async function again(accountId: string, repeated: Extract<HoldReply, { kind: 'repeated' }>): Promise<ApiStart> {
    if (!repeated.isSame) return { kind: 'other_body' };
    if (repeated.isRunning) return { kind: 'running' };
    const { askId } = repeated;
    const [receipt, available] = [await asks.receipt(askId), await availableTo(accountId)];
    // An abandoned ask has no receipt.
    if (receipt === null) return { kind: 'again', answer: unaskedAnswer(askId, deps.modelName, available) };
    const text = await answers.find(askId);
    // Of an ask that a crash ended no text was kept; its receipt says so.
    if (text === null && receipt.ending !== 'interrupted') return { kind: 'not_kept', receipt };
    return { kind: 'again', answer: answerOf(receipt, text ?? '', available) };
  }

  function running(accountId: string, started: StartedAsk, isKept: boolean): ApiAsk {
    const by = apiUserOf(accountId);
    const { askId } = started;
    return {
      askId,
      abandon: () => started.abandon(),
      hangUp() {
        // It runs here: only an ask that has ended is looked for elsewhere, and need not be found.
        asks.stop(askId, by).catch(() => undefined);
      },
      async run(onText) {
        const result = await started.run({
          handle: null,
          show: (text, mayWrite) => {
            if (mayWrite === undefined || mayWrite()) onText(text);
          },
          ...(isKept ? { ended: (text: string) => answers.keep(askId, text, ONCE_KEPT) } : {}),
        });
        await result.closed();
        const { receipt, text, usage, ending, error } = result;
        const available = result.available ?? started.available;
        if (receipt !== null) return { ...answerOf(receipt, text, available), error };
        // The store did not take the settlement; whoever recovers it counts as we do.
        const charged = usage.inputTokens + usage.outputTokens;
        return { askId, model: deps.modelName, text, usage, charged, ending, available, error };
      },
    };
  }

  return {
    async start(question) {
      const { accountId, place, hasBought, prompt, mostOutputTokens } = question;
      const named = namedBy(question);
      const start = await asks.start({ by: place.by, place, hasBought, prompt, mostOutputTokens, ...named });
      if (start.kind === 'refused') return start;
      if (start.kind === 'repeated') return again(accountId, start);
      return { kind: 'started', ask: running(accountId, start.ask, named.once !== null) };
    },
  };
}

function answerOf(receipt: Receipt, text: string, available: number): ApiAnswer {
  const { askId, model, usage, charged, ending } = receipt;
  return { askId, model, text, usage, charged, ending, available, error: null };
}

/** Of an ask whose caller had hung up before the model was asked. */
function unaskedAnswer(askId: string, model: string, available: number): ApiAnswer {
  const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
  return { askId, model, text: '', usage, charged: 0, ending: 'stopped', available, error: null };
}
