import type { Account } from '../account/account.ts';
import { lastingTokens, leftTokens } from '../account/available.ts';
import { planView } from '../account/plan-change.ts';
import type { Receipt } from '../account/receipt.ts';
import type { Moment, Rules } from '../account/rules.ts';
import type { ChatUser } from '../chat/chat.ts';
import type { Store } from '../store.ts';
import { DAY, type Millis } from '../time.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import type { Wallets } from '../wallets/wallets.ts';
import { type Forecast, forecast, PACE_DAYS } from './usage-forecast.ts';
import { firstOfDays, type UsageReport, type Used, usageReport, usedIn } from './usage-report.ts';

/** What a wallet has used. */
export interface UsageOverview {
  /** Of the days asked for. */
  report: UsageReport;
  today: Used;
  /** Since the plan's cycle began (Dodo's clock); null: no plan runs, or Dodo does not say since when. */
  cycle: (Used & { since: Millis; renewsAt: Millis | null }) | null;
  /** The newest asks, newest first. */
  recent: Receipt[];
  left: number;
  /** null: too little was used to tell. */
  forecast: Forecast | null;
  /** Older asks are not counted, since there are more than are read at once; null: all are. */
  cutAt: Millis | null;
}

/** Reads what was used from the receipts; changes nothing and asks nobody. */
export interface Usage {
  of(user: ChatUser): Promise<UsageOverview>;
  /** @param days of the report, 1 to 90, the last being today */
  ofAccount(accountId: string, days?: number): Promise<UsageOverview>;
}

const USAGE_DAYS = 30;
const MOST_DAYS = 90;
const RECENT = 5;

/** Receipts in one look at the store, which is not to keep others waiting. */
const PAGE = 250;

/** Of one overview: an answer every nine minutes for a month. */
const MOST_RECEIPTS = 5_000;

/** A cycle that began longer ago is not a month's: its beginning is not read. */
const LONGEST_CYCLE: Millis = 35 * DAY;

export interface UsageDeps {
  wallets: Pick<Wallets, 'read'>;
  users: Pick<AccountsOfUsers, 'idOf'>;
  store: Pick<Store, 'records'>;
  rules: Rules;
  moment(): Moment;
}

export function createUsage(deps: UsageDeps): Usage {
  const { store, wallets, rules } = deps;

  /** @returns the receipts since then, newest first, as far as they are read */
  async function receiptsSince(accountId: string, since: Millis): Promise<{ receipts: Receipt[]; isWhole: boolean }> {
    const receipts: Receipt[] = [];
    while (receipts.length < MOST_RECEIPTS) {
      const page = await store.records(accountId, 'ask', PAGE, receipts.at(-1)?.askId);
      const fresh = page.filter(({ at }) => at >= since).map(({ body }) => body as Receipt);
      receipts.push(...fresh);
      if (fresh.length < PAGE) return { receipts, isWhole: true };
    }
    return { receipts, isWhole: false };
  }

  async function ofAccount(accountId: string, days = USAGE_DAYS): Promise<UsageOverview> {
    if (!(Number.isInteger(days) && days >= 1 && days <= MOST_DAYS)) {
      throw new RangeError(`expected 1 to ${MOST_DAYS} days of usage, got ${days}`);
    }
    const { now, dodoNow } = deps.moment();
    const account = await wallets.read(accountId);
    const cycle = account === null ? null : runningCycle(account, rules, now);
    const from = Math.min(firstOfDays(Math.max(days, PACE_DAYS + 1), now), cycle?.since ?? now);
    const { receipts, isWhole } = await receiptsSince(accountId, from);
    const since = (moment: Millis) => receipts.filter(({ settledAt }) => settledAt >= moment);
    const oldest = receipts.at(-1)?.settledAt ?? now;
    const left = account === null ? 0 : leftTokens(account);
    return {
      report: usageReport(receipts, days, now),
      today: usedIn(since(firstOfDays(1, now))),
      cycle: cycle === null ? null : { ...cycle, ...usedIn(since(cycle.since)) },
      recent: receipts.slice(0, RECENT),
      left,
      forecast: forecast({
        used: usedIn(since(now - PACE_DAYS * DAY)).tokens,
        watchedMs: Math.min(PACE_DAYS * DAY, now - oldest),
        left,
        lasting: account === null ? [] : lastingTokens(account),
        dodoNow,
      }),
      cutAt: isWhole ? null : oldest,
    };
  }

  return { ofAccount, of: async (user) => ofAccount(await deps.users.idOf(user)) };
}

function runningCycle(account: Account, rules: Rules, now: Millis): { since: Millis; renewsAt: Millis | null } | null {
  const view = planView(account, rules, now);
  if (view === null || view.status !== 'active' || view.cycleStartedAt === null) return null;
  if (now - view.cycleStartedAt > LONGEST_CYCLE) return null;
  return { since: view.cycleStartedAt, renewsAt: view.endsAtPeriodEnd ? null : view.nextBillingAt };
}
