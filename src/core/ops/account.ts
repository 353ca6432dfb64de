import type { Account } from '../account/account.ts';
import type { Receipt } from '../account/receipt.ts';
import type { LedgerRow } from '../dodo/billing.ts';
import { formatTokens } from '../tokens.ts';
import type { WalletUser } from '../wallets/wallet-user.ts';
import { figuresOf, type WalletFigures } from '../wallets/wallet-view.ts';
import { findAccount } from './find-account.ts';
import type { Op } from './op.ts';
import { argument, limitOf, time } from './words.ts';

function who({ platform, workspace, user }: WalletUser): string {
  return [platform, workspace, user].filter((part) => part !== '').join(':');
}

function moneyLines(figures: WalletFigures, account: Account): string[] {
  const { metered, debited } = account;
  const sent = metered.batches.reduce((sum, batch) => sum + batch.tokens, 0);
  const balance = figures.balance === null ? 'not read yet' : formatTokens(figures.balance);
  return [
    `Balance at Dodo: ${balance}; available ${formatTokens(figures.available)}, held ${formatTokens(figures.held)}, overage ${formatTokens(figures.overage)}`,
    `Unsettled: ${formatTokens(figures.unsettled)} (to the meter: ${formatTokens(metered.waiting)} waiting, ${formatTokens(sent)} sent; to be debited: ${formatTokens(debited.waiting)} waiting, ${formatTokens(debited.open?.tokens ?? 0)} under way)`,
  ];
}

function stateLines(account: Account): string[] {
  return [
    ...account.grants.map(
      (grant) =>
        `Grant ${grant.id}: ${formatTokens(grant.remaining)} left, ${grant.expiresAt === null ? 'never expires' : `expires ${time(grant.expiresAt)}`}`,
    ),
    ...account.subscriptions.map((one) => `Subscription ${one.id}: ${one.status}, product ${one.productId}`),
    ...account.checkouts.map(
      (one) =>
        `Checkout ${one.session?.id ?? 'being made'}: ${one.quantity} x ${one.product}, opened ${time(one.openedAt)} by ${who(one.buyer)}`,
    ),
    ...account.holds.map((hold) => `Hold ${hold.askId}: ${formatTokens(hold.tokens)} since ${time(hold.since)}`),
  ];
}

function receiptLineOf({ askId, ending, charged, settledBy, settledAt }: Receipt): string {
  return `  ${time(settledAt)} ${askId}: ${formatTokens(charged)} by ${settledBy}, ${ending}`;
}

function rowLine(row: LedgerRow): string {
  const sign = row.isCredit ? '+' : '-';
  return `  ${time(row.createdAt)} ${row.type} ${sign}${formatTokens(row.amount)}, balance then ${formatTokens(row.balanceAfter)}`;
}

function listed<Item>(title: string, items: readonly Item[], line: (item: Item) => string): string[] {
  return items.length === 0 ? [] : [title, ...items.map(line)];
}

export const accountOp: Op = {
  name: 'account',
  usage: '<acc_… | a Dodo customer | discord:<user> | slack:<team>:<user>> [--limit 20]',
  about: 'a wallet: figures, grants, subscriptions, checkouts, last rows and receipts',
  changes: false,
  options: ['limit'],
  async run(deps, request) {
    const account = await findAccount(deps, argument(request, 0, 'which account'));
    const limit = limitOf(request);
    const figures = figuresOf(account, deps.rules, deps.moment());
    const [receipts, rows, alerts] = await Promise.all(
      ['ask', 'ledger', 'alert'].map((kind) => deps.store.records(account.id, kind, limit)),
    );
    const bodies = <Body>(records: typeof receipts) => (records ?? []).map((record) => record.body as Body);
    const { linkCode, claim, checkouts, apiKeys, ...shown } = account;
    return {
      facts: {
        account: {
          ...shown,
          hasLinkCode: linkCode !== null,
          hasClaim: claim !== null,
          apiKeys: apiKeys.map(({ hash: _hash, ...key }) => key),
          // The links let whoever has them see what is bought.
          checkouts: checkouts.map(({ session, nonce: _nonce, ...checkout }) => ({
            ...checkout,
            sessionId: session?.id ?? null,
          })),
        },
        figures,
        receipts: bodies<Receipt>(receipts),
        ledger: bodies<LedgerRow>(rows),
        alerts: bodies<object>(alerts),
      },
      lines: [
        `Account ${account.id}, customer ${account.customerId ?? 'none'}, since ${time(account.createdAt)}`,
        `Users: ${[account.owner, ...account.identities].map(who).join(', ')}`,
        ...(account.joined === null ? [] : [`Its owner shares ${account.joined.accountId}`]),
        ...moneyLines(figures, account),
        ...stateLines(account),
        ...listed('Last receipts:', bodies<Receipt>(receipts), receiptLineOf),
        ...listed('Last ledger rows:', bodies<LedgerRow>(rows), rowLine),
        ...listed('Alerts:', bodies<object>(alerts), (alert) => `  ${JSON.stringify(alert)}`),
      ],
    };
  },
};
