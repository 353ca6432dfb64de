import { newAccount } from '../account/account.ts';
import type { Decision } from '../account/decision.ts';
import { decideJoin } from '../account/linking.ts';
import { decideRestore, type Noted, type RestoreReply } from '../account/restore.ts';
import { decideSubscription } from '../account/subscription.ts';
import { BillingError, type BillingEvent, CUSTOMERS_A_PAGE, type NotedCustomer } from '../dodo/billing.ts';
import { waitingFor } from '../events/apply-event.ts';
import { type Millis, SECOND } from '../time.ts';
import { readNote } from '../wallets/customer-note.ts';
import { writeAudit } from './audit.ts';
import type { Op, OpsDeps } from './op.ts';

type Outcome = RestoreReply | 'no_note' | 'forged_note' | 'bound_elsewhere';

/** Payments of one customer that are looked through for the plan that runs. */
const MOST_PAYMENTS = 20;

/** Dodo's budget of calls is counted by the minute. */
const BUDGET_PAUSE: Millis = 5 * SECOND;

type SubscriptionEvent = Extract<BillingEvent, { kind: 'subscription' }>;

/** Thousands of accounts take longer than a minute's budget: then the next minute is waited for. */
async function patiently<Answer>(deps: OpsDeps, call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof BillingError) || error.fault !== 'rate_limited') throw error;
      await deps.wait(error.retryAfterMs ?? BUDGET_PAUSE);
    }
  }
}

/** Customer first, as at a binding: nobody else can take it while the account is made. */
async function restore(deps: OpsDeps, { id: customerId, metadata }: NotedCustomer): Promise<Outcome> {
  const { billing, store, wallets, rules } = deps;
  const noted = readNote(deps.secrets, metadata, customerId);
  if (noted === null) return 'no_note';
  if (noted === 'forged') return 'forged_note';
  const { accountId } = noted;
  const owner = await deps.customers.claim(customerId, accountId);
  if (owner.kind === 'nobody' || owner.accountId !== accountId) return 'bound_elsewhere';
  if (owner.kind === 'account') return 'there';
  const rows = await patiently(deps, () => billing.readLedger(customerId, null));
  const payments = await patiently(deps, () => billing.succeededPayments(customerId));
  const plan = await newestPlan(deps, payments);
  // Whose payments they were, for refunds.
  for (const id of payments) await store.claimIndex('payment', id, accountId, deps.moment().now);
  const outcome = await wallets.run(accountId, [], (account) => {
    const moment = deps.moment();
    const restored = decideRestore(account, noted, customerId, rows, moment.now);
    return plan === null || restored.account === null
      ? restored
      : withPlan(restored, decideSubscription(restored.account, plan, rules, moment));
  });
  if (outcome !== 'restored') return outcome;
  await rejoin(deps, noted);
  await store.wake(waitingFor(customerId), deps.moment().now);
  return 'restored';
}

/** The subscription of the newest payment that was for one. */
async function newestPlan(deps: OpsDeps, payments: readonly string[]): Promise<SubscriptionEvent | null> {
  for (const id of payments.slice(0, MOST_PAYMENTS)) {
    const events = await patiently(deps, () => deps.billing.paymentAsEvents(id, 'reconcile'));
    const found = events.find((event) => event.kind === 'subscription');
    if (found !== undefined) return found;
  }
  return null;
}

/** Both in one commit: an account without its plan would settle in the wrong way. */
function withPlan(restored: Decision<RestoreReply>, plan: Decision<void>): Decision<RestoreReply> {
  return {
    ...restored,
    account: plan.account ?? restored.account,
    rows: [...(restored.rows ?? []), ...(plan.rows ?? [])],
    records: [...(restored.records ?? []), ...(plan.records ?? [])],
    counts: [...(restored.counts ?? []), ...(plan.counts ?? [])],
  };
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
      const customers = await patiently(deps, () => deps.billing.listCustomers(page));
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
