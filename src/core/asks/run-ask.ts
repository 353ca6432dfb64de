import type { Hold } from '../account/account.ts';
import { lapseRowId } from '../account/hold.ts';
import type { Receipt } from '../account/receipt.ts';
import { decideSettle, type SettleReply, type SettleRequest } from '../account/settle.ts';
import type { ModelMessage } from '../model.ts';
import type { Millis } from '../time.ts';
import { safetyIdOf } from '../wallets/identity.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import { createAnswerWatch } from './answer-watch.ts';
import type { AskResult, AsksDeps, AskView, LapseBody } from './ask.ts';
import { LOOK_FOR_STOP_EVERY } from './stop-requests.ts';
import { type BreakOff, isVisible, type StreamProgress, streamAnswer } from './stream-answer.ts';

interface HeldAsk {
  accountId: string;
  hold: Hold;
  messages: readonly ModelMessage[];
  lapse: LapseBody;
  askedAt: Millis;
  view: AskView;
}

/** Runs asks whose tokens are held: model, heartbeat, settlement. */
export interface RunAsk {
  run(ask: HeldAsk): Promise<AskResult>;
  running(): string[];
  heldTokens(): number;
  askerOf(askId: string): WalletUser | null;
  breakOff(askId: string, why: BreakOff): void;
}

export function createRunAsk(deps: AsksDeps & { deadlineMs: number }): RunAsk {
  const running = new Map<string, { hold: Hold; controller: AbortController }>();

  /** @param isToBeClosed a message is to show the end: the lease stays until it does */
  async function settle(
    accountId: string,
    request: SettleRequest,
    isToBeClosed: boolean,
  ): Promise<SettleReply | 'failed'> {
    try {
      return await deps.wallets.run(accountId, [], (account) => {
        if (account === null) throw new Error(`expected account ${accountId} of a hold, found none`);
        const decision = decideSettle(account, request, deps.rules, deps.moment());
        return isToBeClosed ? { ...decision, removeRows: [] } : decision;
      });
    } catch (error) {
      deps.log.error({ err: error, askId: request.askId }, 'an ask could not be settled; its lapse will settle it');
      return 'failed';
    }
  }

  /** @returns what ends the looking */
  function lookForStop(askId: string, breakOff: (why: BreakOff) => void): () => void {
    const { stops } = deps;
    if (stops === null) return () => {};
    const timer = setInterval(() => {
      stops.isRequested(askId).then(
        (isRequested) => isRequested && breakOff('stopped'),
        (error: unknown) => deps.log.debug({ err: error, askId }, 'a stop could not be looked for'),
      );
    }, LOOK_FOR_STOP_EVERY);
    return () => clearInterval(timer);
  }

  /** An answer that cannot be kept was given all the same, and is to be paid for. */
  async function keepAnswer(view: AskView, askId: string, text: string): Promise<void> {
    try {
      await view.ended?.(text);
    } catch (error) {
      deps.log.warn({ err: error, askId }, 'an answer could not be kept for its asker');
    }
  }

  /** Should this fail, the recovery finds a message that is closed already. */
  async function forgetLapse(askId: string): Promise<void> {
    try {
      await deps.store.remove([lapseRowId(askId)]);
    } catch (error) {
      deps.log.warn({ err: error, askId }, 'the lease of a closed ask could not be given up; it lapses');
    }
  }

  /** What somebody else settled the ask at; null: it cannot be read now. */
  async function settledElsewhere(askId: string): Promise<Receipt | null> {
    const record = await deps.store.record('ask', askId).catch((error: unknown) => {
      deps.log.warn({ err: error, askId }, 'a receipt could not be read');
      return null;
    });
    return record === null ? null : (record.body as Receipt);
  }

  function seal({ handle }: AskView): string | null {
    return handle === null ? null : deps.secrets.encrypt(JSON.stringify(handle));
  }

  return {
    async run({ accountId, hold, messages, lapse, askedAt, view }) {
      const { askId } = hold;
      const controller = new AbortController();
      let progress: StreamProgress = { outputTokens: () => lapse.outputTokens, visible: lapse.visible };
      const hasMessage = view.handle !== null;
      const breakOff = (why: BreakOff) => controller.abort(why);
      running.set(askId, { hold, controller });
      const deadline = setTimeout(() => breakOff('deadline'), deps.deadlineMs);
      const heartbeat = deps.heartbeats.begin(
        askId,
        (): LapseBody => ({
          ...lapse,
          outputTokens: progress.outputTokens(),
          visible: progress.visible,
          sealedHandle: seal(view),
        }),
        () => breakOff('lease_lost'),
        hasMessage,
      );
      const watch = createAnswerWatch(deps, { source: hold.by.platform, model: hold.model }, askedAt);
      const stopLooking = lookForStop(askId, breakOff);
      let isToBeClosed = false;
      try {
        await heartbeat.begun;
        const streamed = await streamAnswer(
          deps.model,
          deps.count,
          {
            askId,
            model: hold.model,
            messages,
            maxOutputTokens: hold.outputBound,
            safetyIdentifier: safetyIdOf(deps.rules.hash, accountId),
          },
          hold.inputTokens,
          controller,
          (text, reached) => {
            progress = reached;
            if (reached.visible) watch.shown();
            view.show(text, () => heartbeat.isOurs());
          },
        );
        await keepAnswer(view, askId, streamed.text);
        heartbeat.settling();
        const settled = await settle(
          accountId,
          {
            askId,
            model: deps.modelRules,
            usage: streamed.usage,
            countedBy: streamed.countedBy,
            ending: streamed.ending,
            visible: isVisible(streamed.text),
            source: hold.by.platform,
          },
          hasMessage,
        );
        const done = settled === 'failed' ? null : settled;
        if (done !== null) await deps.daily.correct(lapse.countedOn, done.receipt.charged - done.heldTokens);
        if (done !== null) {
          watch.settled();
          const { ending, charged, usage } = done.receipt;
          deps.log.debug({ askId, ending, charged, ...usage }, 'an ask was settled');
        }
        isToBeClosed = done !== null && hasMessage;
        return {
          text: streamed.text,
          receipt: settled === null ? await settledElsewhere(askId) : (done?.receipt ?? null),
          left: done?.left ?? null,
          available: done?.available ?? null,
          ending: streamed.ending,
          usage: streamed.usage,
          fenced: settled === 'failed' ? !heartbeat.isOurs() : done === null,
          error: streamed.error,
          closed: async () => {
            if (done === null || !hasMessage) return;
            heartbeat.end();
            await forgetLapse(askId);
          },
        };
      } finally {
        clearTimeout(deadline);
        stopLooking();
        if (!isToBeClosed) heartbeat.end();
        running.delete(askId);
      }
    },
    running: () => [...running.keys()],
    heldTokens: () => [...running.values()].reduce((sum, { hold }) => sum + hold.tokens, 0),
    askerOf: (askId) => running.get(askId)?.hold.by ?? null,
    breakOff: (askId, why) => running.get(askId)?.controller.abort(why),
  };
}
