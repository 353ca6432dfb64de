import { addressee, isStillWanted } from '../core/account/notice.ts';
import type { Notice } from '../core/account/notice-facts.ts';
import { PlatformError } from '../core/chat/chat.ts';
import type { Brand } from '../core/chat/command.ts';
import type { Messengers } from '../core/chat/messengers.ts';
import { noticeReply } from '../core/chat/notice-text.ts';
import type { Row } from '../core/store.ts';
import { DAY, MINUTE } from '../core/time.ts';
import { isChatUser } from '../core/wallets/wallet-user.ts';
import type { Wallets } from '../core/wallets/wallets.ts';
import { createRowWorker, type RowOutcome, type RowWorker, type RowWorkerDeps } from './row-worker.ts';

/** A DM that could not be delivered for this long is shown at the member's next command instead. */
const GIVE_UP_AFTER = DAY;

/** Notices that wait for a member's next command; beyond that the oldest have lost their point. */
const WAITING_KEPT = 10;

export interface NoticesDeps extends RowWorkerDeps {
  wallets: Wallets;
  messengers: Messengers;
  brand: Brand;
}

/** Delivers notices by DM, each once. */
export function createNoticesWorker(deps: NoticesDeps): RowWorker {
  const { wallets, metrics, clock } = deps;

  async function handle(row: Row): Promise<RowOutcome> {
    const notice = row.body as Notice;
    const accountId = row.accountId ?? '';
    const account = await wallets.read(accountId);
    if (account === null || !isStillWanted(notice, account)) return { kind: 'done' };
    const to = addressee(notice, account);
    if (!isChatUser(to)) {
      await keepForNextCommand(accountId, row.id, notice);
      return { kind: 'committed' };
    }
    const messenger = deps.messengers.get(to.platform);
    if (messenger === undefined) return { kind: 'dead', why: `expected ${to.platform} to be configured` };
    try {
      // A second claim means that the first attempt's end is not known here.
      const how = await messenger.direct(
        to,
        { id: notice.id, reply: noticeReply(notice, deps.brand) },
        row.attempts > 1,
      );
      metrics.count(how === 'sent' ? 'notices_sent' : 'notices_found');
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      const isOver = error.fault === 'refused' || clock() - row.createdAt > GIVE_UP_AFTER;
      if (!isOver) return retry(error);
      metrics.count('notices_refused');
      await keepForNextCommand(accountId, row.id, notice);
      return { kind: 'committed' };
    }
  }

  function keepForNextCommand(accountId: string, rowId: string, notice: Notice): Promise<void> {
    return wallets.run(accountId, [], (account) => {
      if (account === null) throw new Error(`expected account ${accountId} of a notice, found none`);
      const others = account.undelivered.filter((waiting) => waiting.id !== notice.id);
      const undelivered = [...others, { ...notice, to: addressee(notice, account) }].slice(-WAITING_KEPT);
      return { account: { ...account, undelivered }, reply: undefined, removeRows: [rowId] };
    });
  }

  return createRowWorker(deps, { topic: 'notice', limit: 16, leaseMs: MINUTE, longestPauseMs: 5 * MINUTE, handle });
}

function retry(error: PlatformError): RowOutcome {
  const why = error.message;
  return error.retryAfterMs === null ? { kind: 'retry', why } : { kind: 'retry', why, afterMs: error.retryAfterMs };
}
