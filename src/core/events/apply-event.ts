import { decideClaim } from '../account/claim.ts';
import { decideRows, keysOfRows } from '../account/ledger.ts';
import type { Moment, Rules } from '../account/rules.ts';
import { decidePayment, decideSubscription, paymentFailedKey } from '../account/subscription.ts';
import { type Billing, BillingError, type BillingEvent } from '../dodo/billing.ts';
import type { Store } from '../store.ts';
import type { Customers } from '../wallets/customers.ts';
import type { Wallets } from '../wallets/wallets.ts';
import type { BindCustomer } from './bind-customer.ts';

/** What became of a webhook. */
export type EventOutcome =
  | { kind: 'applied' }
  | { kind: 'ignored'; why: string }
  /** Its customer is nobody's yet. */
  | { kind: 'waits'; customerId: string }
  /** Never to be applied; the operator must look. */
  | { kind: 'dead'; why: string };

/** Applies one verified webhook to the account of its customer, binding the customer first where the event may. */
export type ApplyEvent = (event: BillingEvent) => Promise<EventOutcome>;

export interface ApplyEventDeps {
  store: Store;
  wallets: Wallets;
  customers: Customers;
  bindCustomer: BindCustomer;
  billing: Pick<Billing, 'payment'>;
  rules: Rules;
  moment(): Moment;
  /** null while it is not known whose account our key is for. */
  businessId(): string | null;
}

/** The name under which webhooks of a customer that is not bound yet wait. */
export function waitingFor(customerId: string): string {
  return `customer:${customerId}`;
}

type Told = Exclude<BillingEvent, { kind: 'ignored' }>;

function customerIn(event: Told): string | null {
  switch (event.kind) {
    case 'ledger_row':
      return event.row.customerId;
    case 'subscription':
      return event.subscription.customerId;
    case 'payment':
      return event.payment.customerId;
    case 'refund':
      return event.refund.customerId;
    case 'dispute':
      return event.dispute.customerId;
  }
}

/** Whose a dispute is that names no customer: its payment was indexed when it succeeded; else Dodo is asked. */
async function customerOfPayment(deps: ApplyEventDeps, paymentId: string): Promise<string | null> {
  const owner = await deps.store.indexOwner('payment', paymentId);
  const account = owner === null ? null : await deps.wallets.read(owner.accountId);
  if (account !== null && account.customerId !== null) return account.customerId;
  try {
    return (await deps.billing.payment(paymentId)).payment.customerId;
  } catch (error) {
    if (error instanceof BillingError && error.status === 404) return null;
    throw error;
  }
}

export function createApplyEvent(deps: ApplyEventDeps): ApplyEvent {
  return async (event) => {
    const businessId = deps.businessId();
    if (businessId !== null && event.businessId !== businessId) {
      return { kind: 'dead', why: `expected business ${businessId}, got ${event.businessId}` };
    }
    if (event.kind === 'ignored') return { kind: 'ignored', why: event.type };
    if (event.kind === 'ledger_row' && event.row.entitlementId !== deps.rules.catalogue.entitlementId) {
      return { kind: 'ignored', why: `of another entitlement: ${event.row.entitlementId}` };
    }
    const named = customerIn(event);
    const customerId =
      named ?? (event.kind === 'dispute' ? await customerOfPayment(deps, event.dispute.paymentId) : null);
    if (customerId === null) return { kind: 'dead', why: `${event.type}: expected a payment that Dodo knows` };
    const owner = await deps.customers.ownerOf(customerId);
    if (owner.kind === 'account') {
      await applyTo(deps, owner.accountId, customerId, event);
      return { kind: 'applied' };
    }
    const bound = await deps.bindCustomer(event, customerId);
    if (bound.kind === 'clash') return { kind: 'dead', why: bound.why };
    if (bound.kind === 'not_yet') return { kind: 'waits', customerId };
    await applyTo(deps, bound.accountId, customerId, event);
    return { kind: 'applied' };
  };
}

async function applyTo(deps: ApplyEventDeps, accountId: string, customerId: string, event: Told): Promise<void> {
  const { wallets, rules } = deps;
  if (event.kind === 'payment' && event.payment.status === 'succeeded') {
    await deps.store.claimIndex('payment', event.payment.id, accountId, deps.moment().now);
  }
  const keys =
    event.kind === 'ledger_row'
      ? keysOfRows([event.row])
      : event.kind === 'payment'
        ? [paymentFailedKey(event.payment)]
        : [];
  await wallets.run(accountId, keys, (account, seen) => {
    if (account?.customerId !== customerId) {
      throw new Error(`expected account ${accountId} to have customer ${customerId}, got ${account?.customerId}`);
    }
    const moment = deps.moment();
    if (event.kind === 'ledger_row') return decideRows(account, [event.row], seen, rules, moment);
    if (event.kind === 'subscription') return decideSubscription(account, event, rules, moment);
    if (event.kind === 'refund' || event.kind === 'dispute') return decideClaim(account, event, moment.now);
    return decidePayment(account, event.payment, seen, rules, moment);
  });
}
