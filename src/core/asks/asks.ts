import { ASK_DEADLINE, askKey, decideHold } from '../account/hold.ts';
import type { Receipt } from '../account/receipt.ts';
import { decideRelease } from '../account/settle.ts';
import type { ChatUser } from '../chat.ts';
import { askIdOf, isSameUser } from '../identity.ts';
import type { Asks, AsksDeps, LapseBody } from './ask.ts';
import { preparePrompt } from './prompt.ts';
import { createRunAsk, type RunAsk } from './run-ask.ts';

/** Questions to answers: hold, stream, settle. */
export function createAsks(deps: AsksDeps): Asks {
  const { wallets, rules, modelRules, modelName } = deps;
  const runAsk: RunAsk = createRunAsk({ ...deps, deadlineMs: deps.deadlineMs ?? ASK_DEADLINE });

  /** The ask may run in another process: its hold stands in the asker's account. */
  async function stopElsewhere(askId: string, by: ChatUser): Promise<'stopping' | 'not_running'> {
    if (deps.stops === null) return 'not_running';
    const account = await deps.users.read(by);
    const hold = account?.holds.find((candidate) => candidate.askId === askId);
    if (hold === undefined || !isSameUser(hold.by, by)) return 'not_running';
    await deps.stops.request(askId);
    return 'stopping';
  }

  return {
    async start(question) {
      const prepared = preparePrompt(question.prompt, modelRules, deps.count);
      if (prepared.kind === 'refused') return prepared;
      const { messages, inputTokens, wantedOutputTokens } = prepared;
      const { by } = question;
      const askId = askIdOf(rules.hash, by.platform, question.cause);
      const lapse: LapseBody = {
        askId,
        source: by.platform,
        model: modelName,
        inputTokens,
        outputTokens: 0,
        visible: false,
        sealedHandle: null,
      };
      const dodoHeardAt = await deps.heard.at();
      const { accountId, reply } = await deps.users.run(by, [askKey(askId)], (account, seen) => {
        const moment = deps.moment();
        return decideHold(
          account,
          { askId, by, modelName, model: modelRules, inputTokens, wantedOutputTokens, dodoHeardAt, lapse },
          seen,
          rules,
          moment,
        );
      });
      if (reply.kind !== 'held') return reply;
      const { hold, clamped } = reply;
      return {
        kind: 'started',
        ask: {
          askId,
          outputBound: hold.outputBound,
          clamped,
          run: (view) => runAsk.run({ accountId, hold, messages, lapse, view }),
          abandon: async () => {
            await wallets.run(accountId, [], (account) =>
              account === null ? { account: null, reply: false } : decideRelease(account, askId),
            );
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
    interruptAll() {
      for (const askId of runAsk.running()) runAsk.breakOff(askId, 'shutdown');
    },
  };
}
