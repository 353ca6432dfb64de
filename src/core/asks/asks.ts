import { ASK_DEADLINE, decideHold, type HoldRequest, keysOfAsk, mostTokens } from '../account/hold.ts';
import type { Receipt } from '../account/receipt.ts';
import { decideRelease } from '../account/settle.ts';
import { askIdOf, isSameUser, newAskId } from '../wallets/identity.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import type { Asks, AsksDeps, LapseBody } from './ask.ts';
import { preparePrompt } from './prompt.ts';
import { createRunAsk, type RunAsk } from './run-ask.ts';

/** Questions to answers: hold, stream, settle. */
export function createAsks(deps: AsksDeps): Asks {
  const { wallets, rules, modelRules, modelName, admission } = deps;
  const runAsk: RunAsk = createRunAsk({ ...deps, deadlineMs: deps.deadlineMs ?? ASK_DEADLINE });

  /** The ask may run in another process: its hold stands in the asker's account. */
  async function stopElsewhere(askId: string, by: WalletUser): Promise<'stopping' | 'not_running'> {
    if (deps.stops === null) return 'not_running';
    const account = await deps.users.read(by);
    const hold = account?.holds.find((candidate) => candidate.askId === askId);
    if (hold === undefined || !isSameUser(hold.by, by)) return 'not_running';
    await deps.stops.request(askId);
    return 'stopping';
  }

  async function hold(by: WalletUser, request: Omit<HoldRequest, 'dodoHeardAt'>) {
    const dodoHeardAt = await deps.heard.at();
    return deps.users.run(by, keysOfAsk(request), (account, seen) =>
      decideHold(account, { ...request, dodoHeardAt }, seen, rules, deps.moment()),
    );
  }

  return {
    async start(question) {
      if (question.hasBought === false) {
        const needs = mostTokens({
          inputTokens: 0,
          model: modelRules,
          wantedOutputTokens: modelRules.leastOutputTokens,
        });
        return { kind: 'refused', refusal: { reason: 'no_tokens', needs, available: 0 } };
      }
      const askedAt = deps.moment().now;
      const prepared = preparePrompt(
        question.prompt,
        modelRules,
        deps.count,
        deps.systemPrompt,
        question.mostOutputTokens,
      );
      if (prepared.kind === 'refused') return prepared;
      const { messages, inputTokens, wantedOutputTokens } = prepared;
      const { by } = question;
      const most = mostTokens({ inputTokens, model: modelRules, wantedOutputTokens });
      const admitted = await admission.admit(question.place, most);
      if (admitted.kind === 'refused') return admitted;
      const { day, atMost } = admitted.share;
      const idOf = (cause: string) => askIdOf(rules.hash, by.platform, cause, question.causedAt ?? null);
      const askId = question.cause === null ? newAskId(askedAt, deps.newId()) : idOf(question.cause);
      const once = question.once ?? null;
      const lapse: LapseBody = {
        askId,
        source: by.platform,
        model: modelName,
        inputTokens,
        outputTokens: 0,
        visible: false,
        countedOn: day,
        sealedHandle: null,
      };
      const { accountId, reply } = await hold(by, {
        askId,
        isUnique: question.cause === null,
        once: once === null ? null : { earlierAskId: idOf(once.earlierCause), bodyHash: once.bodyHash },
        by,
        modelName,
        model: modelRules,
        inputTokens,
        wantedOutputTokens,
        atMost,
        lapse,
      }).catch(async (error: unknown) => {
        await admitted.conclude(0);
        throw error;
      });
      await admitted.conclude(reply.kind === 'held' ? reply.hold.tokens : 0);
      if (reply.kind === 'refused' && reply.refusal.reason === 'daily_limit') await deps.daily.tellSpent();
      if (reply.kind !== 'held') return reply;
      const { hold: held, clampedTo } = reply;
      deps.log.debug({ askId, cause: question.cause, source: by.platform, heldTokens: held.tokens }, 'an ask begins');
      return {
        kind: 'started',
        ask: {
          askId,
          outputBound: held.outputBound,
          available: reply.available,
          clampedTo,
          run: (view) => runAsk.run({ accountId, hold: held, messages, lapse, askedAt, view }),
          abandon: async () => {
            const isReleased = await wallets.run(accountId, [], (account) =>
              account === null ? { account: null, reply: false } : decideRelease(account, askId),
            );
            if (!isReleased) return;
            deps.metrics.countBy('asks_abandoned', { source: by.platform });
            await deps.daily.correct(day, -held.tokens);
          },
        },
      };
    },
    async stop(askId, by) {
      const asker = runAsk.askerOf(askId);
      if (asker === null) return stopElsewhere(askId, by);
      if (!isSameUser(asker, by)) return 'not_yours';
      runAsk.breakOff(askId, 'stopped');
      return 'stopping';
    },
    async receipt(askId) {
      const record = await deps.store.record('ask', askId);
      return record === null ? null : (record.body as Receipt);
    },
    running: () => runAsk.running().length,
    heldTokens: () => runAsk.heldTokens(),
    interruptAll() {
      for (const askId of runAsk.running()) runAsk.breakOff(askId, 'shutdown');
    },
  };
}
