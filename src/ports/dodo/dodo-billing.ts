import { z } from 'zod';
import type { Billing, CallShare } from '../../core/dodo/billing.ts';
import type { Log } from '../../core/log.ts';
import { type Metrics, unwatched } from '../../core/metrics.ts';
import { type Clock, type Millis, SECOND } from '../../core/time.ts';
import { adjust } from './adjust.ts';
import { readBalances } from './balances.ts';
import { createCalls } from './calls.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createCheckout, sessionCreatedAt } from './checkout.ts';
import { createClient } from './client.ts';
import { customerCreatedAt, listCustomers, noteCustomer, portalLink } from './customers.ts';
import { debit } from './debit.ts';
import { createDodoClock } from './dodo-clock.ts';
import { parseEvent } from './events/parse-event.ts';
import { readGrantHistory, readGrants, readLedger } from './ledger.ts';
import { paymentAsEvents, sessionPayment, succeededPayments } from './payments.ts';
import { changePlan, dropScheduledChange, endAtPeriodEnd, previewPlanChange } from './plan-change.ts';
import { payment } from './read-payment.ts';
import { subscription, subscriptionsOf } from './read-subscription.ts';
import { id } from './shapes.ts';
import { createTransport } from './transport.ts';
import { hasEvent, ingest } from './usage.ts';
import { createWebhookCheck } from './webhook-signature.ts';

export interface DodoBillingOptions {
  apiKey: string;
  webhookKey: string;
  environment: 'test_mode' | 'live_mode';
  /** Another server than the environment's, such as the sandbox. */
  baseUrl?: string;
  /** The credit entitlement whose ledger is ours. */
  entitlementId: string;
  clock: Clock;
  log: Log;
  metrics?: Pick<Metrics, 'countBy'>;
  /** For one whole call, answer included; default 10 s. */
  timeoutMs?: Millis;
  /** Asked before every request; false: over budget, the request is not made. */
  budget: (share: CallShare) => Promise<boolean>;
  /** Called at every 2xx answer. */
  onHeard?: () => void;
}

/**
 * The billing port on Dodo Payments (https://docs.dodopayments.com/api-reference/introduction).
 * @throws Error when a key or the address cannot work; no message shows a key.
 */
export function createDodoBilling(options: DodoBillingOptions): Billing {
  const { entitlementId, log, budget, metrics = unwatched } = options;
  const dodoClock = createDodoClock(options.clock);
  const client = createClient({
    apiKey: options.apiKey,
    environment: options.environment,
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
    timeoutMs: options.timeoutMs ?? 10 * SECOND,
    fetch: createTransport(dodoClock, options.onHeard ?? (() => {})),
  });
  const calls = createCalls({ budget, dodoClock, metrics, log });
  const port = { client, calls, dodoClock, entitlementId };

  return {
    now: () => dodoClock.now(),
    verifyWebhook: createWebhookCheck(options.webhookKey),
    parseEvent: (body) => parseEvent(body, entitlementId),
    createCheckout: (request) => createCheckout(port, request),
    sessionCreatedAt: (sessionId) => sessionCreatedAt(port, sessionId),
    customerCreatedAt: (customerId) => customerCreatedAt(port, customerId),
    portalLink: (customerId) => portalLink(port, customerId),
    noteCustomer: (customerId, note) => noteCustomer(port, customerId, note),
    listCustomers: (page) => listCustomers(port, page),
    readLedger: (customerId, since, share = 'reconcile') => readLedger(port, customerId, since, share),
    readGrants: (customerId, share = 'reconcile') => readGrants(port, customerId, share),
    readBalances: (page) => readBalances(port, page),
    sessionPayment: (sessionId) => sessionPayment(port, sessionId),
    succeededPayments: (customerId) => succeededPayments(port, customerId),
    paymentAsEvents: (paymentId, share) => paymentAsEvents(port, paymentId, share),
    ingest: (events) => ingest(port, events),
    hasEvent: (eventId) => hasEvent(port, eventId),
    debit: (request) => debit(port, request),
    adjust: (request) => adjust(port, request),
    readGrantHistory: (customerId) => readGrantHistory(port, customerId),
    payment: (paymentId) => payment(port, paymentId),
    subscription: (subscriptionId, share = 'reconcile') => subscription(port, subscriptionId, share),
    subscriptionsOf: (customerId) => subscriptionsOf(port, customerId),
    cancelSubscription: (subscriptionId) => cancelSubscription(port, subscriptionId),
    endAtPeriodEnd: (subscriptionId, ends) => endAtPeriodEnd(port, subscriptionId, ends),
    previewPlanChange: (change) => previewPlanChange(port, change),
    changePlan: (change) => changePlan(port, change),
    dropScheduledChange: (subscriptionId) => dropScheduledChange(port, subscriptionId),
    async probe() {
      const entitlement = await calls.once({
        name: 'probe',
        share: 'reconcile',
        answer: z.object({ business_id: id }),
        send: () => client.creditEntitlements.retrieve(entitlementId),
      });
      return { businessId: entitlement.business_id };
    },
  };
}
