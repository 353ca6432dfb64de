import { newAccount } from '../account/account.ts';
import { decideJoin } from '../account/linking.ts';
import { decideRestore, type Noted, type RestoreReply } from '../account/restore.ts';
import { decideSubscription } from '../account/subscription.ts';
import { CUSTOMERS_A_PAGE, type NotedCustomer } from '../billing.ts';
import { readNote } from '../customer-note.ts';
import { waitingFor } from '../events/apply-event.ts';
import { writeAudit } from './audit.ts';
import type { Op, OpsDeps } from './op.ts';

type Outcome = RestoreReply | 'no_note' | 'forged_note' | 'bound_elsewhere';

/** Payments of one customer that are looked through for the plan that runs. */
const MOST_PAYMENTS = 20;

/** Customer first, as at a binding: nobody else can take it while the account is made. */
async function restore(deps: OpsDeps, { id: customerId, metadata }: NotedCustomer): Promise<Outcome> {
  const noted = readNote(deps.secrets, metadata, customerId);
  if (noted === null) return 'no_note';
  if (noted === 'forged') return 'forged_note';
  const owner = await deps.customers.claim(customerId, noted.accountId);
  if (owner.kind === 'nobody' || owner.accountId !== noted.accountId) return 'bound_elsewhere';
  if (owner.kind === 'account') return 'there';
  const rows = await deps.billing.readLedger(customerId, null);
  const outcome = await deps.wallets.run(noted.accountId, [], (account) =>
    decideRestore(account, noted, customerId, rows, deps.moment().now),
  );
  if (outcome !== 'restored') return outcome;
  await rejoin(deps, noted);
  await restorePurchases(deps, noted.accountId, customerId);
  await deps.store.wake(waitingFor(customerId), deps.moment().now);
  return 'restored';
}

/** The other chat users' own wallets point to the shared one again. */
async function rejoin({ wallets, users, moment }: OpsDeps, noted: Noted): Promise<void> {
  for (const user of noted.identities) {
    const ownId = users.ownId(user);
    await wallets.run(ownId, [], (own) => {
      const { now } = moment();
      return decideJoin(own ?? newAccount(ownId, user, now), noted.accountId, now);
    });
  }
}

/** Whose payments they were, for refunds, and the plan that runs. */
async function restorePurchases(deps: OpsDeps, accountId: string, customerId: string): Promise<void> {
  const { billing, store, wallets, rules, moment } = deps;
  const payments = await billing.succeededPayments(customerId);
  for (const id of payments) await store.claimIndex('payment', id, accountId, moment().now);
  for (const id of payments.slice(0, MOST_PAYMENTS)) {
    const found = (await billing.paymentAsEvents(id, 'reconcile')).find((event) => event.kind === 'subscription');
    if (found === undefined) continue;
    await wallets.run(accountId, [], (account) =>
      account === null ? { account: null, reply: undefined } : decideSubscription(account, found, rules, moment()),
    );
    return;
  }
}

const TITLES: Readonly<Record<Outcome, string>> = {
  restored: 'made again; their balances are read in three minutes, after two ticks of the meter',
  there: 'there already, left as they are',
  no_note: 'customers without a note of ours: nothing was bought from this bot',
  forged_note: 'customers whose note cannot be believed: changed, copied, or sealed with another APP_SECRET',
  bound_elsewhere: 'customers that belong to another account here by now',
  has_another_customer: 'customers whose account has another customer by now',
  is_joined: 'customers whose account is empty and shares another one by now',
};

export const rebuild: Op = {
  name: 'rebuild',
  usage: '',
  about: "makes accounts again from Dodo's customers, after a lost database",
  changes: true,
  options: [],
  async run(deps, request) {
    await writeAudit(deps, request, 'all accounts', { what: 'rebuild_begun' });
    const outcomes = new Map<Outcome, string[]>();
    for (let page = 0; ; page += 1) {
      const customers = await deps.billing.listCustomers(page);
      for (const customer of customers) {
        const outcome = await restore(deps, customer);
        outcomes.set(outcome, [...(outcomes.get(outcome) ?? []), customer.id]);
      }
      if (customers.length < CUSTOMERS_A_PAGE) break;
    }
    const counts = Object.fromEntries([...outcomes].map(([outcome, ids]) => [outcome, ids.length]));
    await writeAudit(deps, request, 'all accounts', { what: 'rebuild_ended', counts });
    return {
      facts: Object.fromEntries(outcomes),
      lines:
        outcomes.size === 0
          ? ['Dodo has no customers.']
          : [...outcomes].map(([outcome, ids]) => `${ids.length} ${TITLES[outcome]}${doubtful(outcome, ids)}`),
    };
  },
};

/** What an operator must look at is named. */
function doubtful(outcome: Outcome, ids: readonly string[]): string {
  return outcome === 'restored' || outcome === 'there' || outcome === 'no_note' ? '' : `: ${ids.join(', ')}`;
}
