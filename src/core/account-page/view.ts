import { newAccount } from '../account/account.ts';
import type { Notice } from '../account/notice-facts.ts';
import { type PlanView, planView } from '../account/plan-change.ts';
import type { Receipt } from '../account/receipt.ts';
import type { Moment, Rules } from '../account/rules.ts';
import type { AlertSettings, AlertSettingsStore } from '../chat/alert-settings.ts';
import type { Grant } from '../dodo/billing.ts';
import type { Store } from '../store.ts';
import type { Usage, UsageOverview } from '../usage/usage.ts';
import type { AccountsOfUsers } from '../wallets/accounts-of-users.ts';
import { type ListedKey, listedKeys } from '../wallets/api-keys.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import { figuresOf, type WalletFigures } from '../wallets/wallet-view.ts';

/** Receipts on one page. */
const RECEIPTS_A_PAGE = 20;

/** Further back leads the export. */
const MOST_PAGES = 100;

/** A wallet as the account page shows it to one of its chat users. */
export interface AccountView {
  accountId: string;
  by: WalletUser;
  owner: WalletUser;
  identities: readonly WalletUser[];
  /** The wallet is this chat user's own; they alone take others off and erase. */
  isOwner: boolean;
  figures: WalletFigures;
  /** Those that hold tokens, the earliest expiry first, as last read from Dodo. */
  grants: readonly Grant[];
  alerts: AlertSettings;
  /** null: none. */
  plan: PlanView | null;
  /** Oldest first. */
  apiKeys: readonly ListedKey[];
  /** Notices that no DM could bring. */
  undelivered: readonly Notice[];
  receipts: ReceiptPage;
  /** Of the last 30 days. */
  usage: UsageOverview;
}

export interface ReceiptPage {
  /** Newest first. */
  receipts: readonly Receipt[];
  /** Counted from 1. */
  page: number;
  hasOlder: boolean;
}

export interface AccountViews {
  /** @param page of receipts, counted from 1 */
  of(user: WalletUser, page: number): Promise<AccountView>;
}

export interface AccountViewDeps {
  users: AccountsOfUsers;
  store: Pick<Store, 'records'>;
  alerts: Pick<AlertSettingsStore, 'settings'>;
  usage: Pick<Usage, 'ofAccount'>;
  rules: Rules;
  moment(): Moment;
}

/** Reads one wallet for its page; changes nothing. */
export function createAccountViews(deps: AccountViewDeps): AccountViews {
  async function receiptsOf(accountId: string, page: number): Promise<ReceiptPage> {
    const from = (page - 1) * RECEIPTS_A_PAGE;
    const found = await deps.store.records(accountId, 'ask', from + RECEIPTS_A_PAGE + 1);
    const receipts = found.slice(from, from + RECEIPTS_A_PAGE).map((record) => record.body as Receipt);
    return { receipts, page, hasOlder: found.length > from + RECEIPTS_A_PAGE && page < MOST_PAGES };
  }

  return {
    async of(user, page) {
      const found = await deps.users.read(user);
      const moment = deps.moment();
      const account = found ?? newAccount(deps.users.ownId(user), user, moment.now);
      const [alerts, receipts, usage] = await Promise.all([
        deps.alerts.settings(user),
        receiptsOf(account.id, Math.min(page, MOST_PAGES)),
        deps.usage.ofAccount(account.id),
      ]);
      return {
        accountId: account.id,
        by: user,
        owner: account.owner,
        identities: account.identities,
        isOwner: account.id === deps.users.ownId(user),
        figures: figuresOf(account, deps.rules, moment),
        grants: account.grants.filter(({ remaining }) => remaining > 0).toSorted(byExpiry),
        alerts,
        plan: planView(account, deps.rules, moment.now),
        apiKeys: listedKeys(account),
        undelivered: account.undelivered,
        receipts,
        usage,
      };
    },
  };
}

function byExpiry(a: Grant, b: Grant): number {
  return (a.expiresAt ?? Number.POSITIVE_INFINITY) - (b.expiresAt ?? Number.POSITIVE_INFINITY) || 0;
}
