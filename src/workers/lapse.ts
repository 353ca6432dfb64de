import type { Receipt } from '../core/account/receipt.ts';
import type { Moment, Rules } from '../core/account/rules.ts';
import { decideSettle } from '../core/account/settle.ts';
import type { LapseBody } from '../core/asks/ask.ts';
import { receiptLine } from '../core/asks/ask-text.ts';
import type { DailyTokens } from '../core/asks/daily-tokens.ts';
import type { MessageHandle } from '../core/chat/chat.ts';
import type { Messengers } from '../core/chat/messengers.ts';
import type { ModelRules } from '../core/models.ts';
import type { Secrets } from '../core/secrets.ts';
import type { Row } from '../core/store.ts';
import { MINUTE } from '../core/time.ts';
import type { Wallets } from '../core/wallets/wallets.ts';
import { createRowWorker, type RowOutcome, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

/** Attempts at closing a message whose writer is gone; then it stays as it is, and that is counted. */
const MOST_CLOSINGS = 5;

export interface LapseDeps extends RowWorkerDeps {
  wallets: Wallets;
  messengers: Messengers;
  secrets: Pick<Secrets, 'decrypt'>;
  daily: Pick<DailyTokens, 'correct'>;
  modelRules: ModelRules;
  rules: Rules;
  moment(): Moment;
}

/** Settles asks whose streamer has been silent for a lease, and closes their messages. */
export function createLapseWorker(deps: LapseDeps): RowWorker {
  async function settle(row: Row, lapse: LapseBody): Promise<Receipt | null> {
    const accountId = row.accountId ?? '';
    const settled = await deps.wallets.run(accountId, [], (account) => {
      if (account === null) throw new Error(`expected account ${accountId} of a hold, found none`);
      const request = {
        askId: lapse.askId,
        model: deps.modelRules,
        usage: { inputTokens: lapse.inputTokens, cachedTokens: 0, outputTokens: lapse.outputTokens },
        countedBy: 'us',
        ending: 'interrupted',
        visible: lapse.visible,
        source: lapse.source,
      } as const;
      // The row stays until the message is closed as well.
      return { ...decideSettle(account, request, deps.rules, deps.moment()), removeRows: [] };
    });
    if (settled !== null) {
      deps.metrics.count('holds_lapsed');
      await deps.daily.correct(lapse.countedOn, settled.receipt.charged - settled.heldTokens);
    }
    const record = await deps.store.record('ask', lapse.askId);
    return settled?.receipt ?? (record === null ? null : (record.body as Receipt));
  }

  async function close(sealedHandle: string, receipt: Receipt): Promise<void> {
    const handle = JSON.parse(deps.secrets.decrypt(sealedHandle)) as MessageHandle;
    await deps.messengers
      .get(handle.platform)
      ?.close(handle, `Interrupted: the bot was restarted. ${receiptLine(receipt, null)}`, receipt.askId);
  }

  async function handle(row: Row): Promise<RowOutcome> {
    const lapse = row.body as LapseBody;
    const receipt = await settle(row, lapse);
    // The API's caller has seen the connection end: there is no message to close.
    if (receipt === null || lapse.source === 'api') return { kind: 'done' };
    if (lapse.sealedHandle === null) {
      // Its process came no further than this, or posted a placeholder and did not live to note where it stands.
      deps.metrics.count('messages_unknown');
      return { kind: 'done' };
    }
    try {
      await close(lapse.sealedHandle, receipt);
    } catch (error) {
      if (row.attempts < MOST_CLOSINGS) throw error;
      deps.metrics.count('platform_faults');
      deps.log.warn({ err: error, askId: lapse.askId }, 'the message of an interrupted ask could not be closed');
    }
    return { kind: 'done' };
  }

  return createRowWorker(deps, { topic: 'lapse', limit: 32, leaseMs: MINUTE, longestPauseMs: MINUTE, handle });
}
