import type { GetDispute, Payment, Refund, Subscription, WebhookEventType } from 'dodopayments/resources';
import { startHttpServer } from '../http-server.ts';
import { type CatalogueIds, seedCatalogue } from './catalogue.ts';
import { type Purchase, type PurchaseResult, paySession } from './checkout.ts';
import { createVirtualClock, type VirtualClock } from './clock.ts';
import { expireDueGrants } from './expiry.ts';
import { createIds } from './ids.ts';
import { runMeters } from './metering.ts';
import { createPages } from './pages.ts';
import { payPendingChange } from './plan-change.ts';
import { type DisputeOutcome, disputePayment, type RefundRequest, refundPayment } from './refunds.ts';
import { endSubscription, type RenewalResult, renewDueSubscriptions, renewSubscription } from './renewal.ts';
import { allRoutes } from './routes/all.ts';
import type { Route } from './routing.ts';
import { createServerApp, type Exchange } from './server.ts';
import { DodoStore } from './store.ts';
import { findSubscription } from './subscriptions.ts';
import { type DodoSwitches, defaultSwitches } from './switches.ts';
import { WebhookEndpoints } from './webhook-endpoints.ts';
import { noFaults, type WebhookFaults } from './webhook-faults.ts';
import { type Delivery, WebhookQueue } from './webhook-queue.ts';
import type { World } from './world.ts';

export interface DodoSimulatorOptions {
  /** 0 (the default) takes a free port. */
  port?: number;
  /** The key clients must present; a fixed one by default. */
  apiKey?: string;
  /** The clock under the virtual one; default Date.now. */
  now?: () => number;
  /**
   * The clock in `webhook-timestamp`; default Date.now, because receivers check it against their own clock (five
   * minutes either way) and know nothing of the virtual one.
   */
  signatureNow?: () => number;
  /** Makes ids repeatable. */
  seed?: number;
  switches?: Partial<DodoSwitches>;
  /** Real milliseconds between ticks of the metering worker; without it only `tick()` runs it. */
  autoTickMs?: number;
  /** true (the default): webhooks go out by themselves; false: `webhooks.deliverDue()` sends them. */
  autoDeliver?: boolean;
  /** Factor on the webhook retry delays, e.g. 0.001 makes 5 s last 5 ms; default 1. */
  retryScale?: number;
  /** Sees each API request with its answer. */
  onExchange?: (exchange: Exchange) => void;
}

interface DodoWebhooks {
  /** Adds an endpoint, as the dashboard does. Without filter types it gets every event. */
  addEndpoint(params: { url: string; filterTypes?: WebhookEventType[] }): { id: string; secret: string };
  /** Gives an endpoint a new secret; for a day messages carry two signatures. */
  rotateSecret(endpointId: string): string;
  /** Change its fields to make deliveries go wrong. */
  readonly faults: WebhookFaults;
  /** Every message since the last reset, with its attempts. */
  readonly deliveries: readonly Delivery[];
  /** Messages with an attempt still to come. */
  pending(): number;
  /** Sends what is due now. */
  deliverDue(): Promise<void>;
  /** Resolves when nothing is in flight and, with autoDeliver, nothing is due. */
  flush(): Promise<void>;
}

export interface DodoSimulator {
  readonly url: string;
  readonly apiKey: string;
  readonly businessId: string;
  readonly brandId: string;
  readonly store: DodoStore;
  readonly clock: VirtualClock;
  readonly switches: DodoSwitches;
  readonly webhooks: DodoWebhooks;
  /** The operations served, for the coverage list. */
  readonly routes: readonly Pick<Route, 'method' | 'path'>[];
  seedCatalogue(): CatalogueIds;
  /** One run of the workers: expiries, due renewals, then metering. Resolves when automatic webhooks are out. */
  tick(): Promise<void>;
  /** What the payable page's buttons do. Throws DodoApiError when the session cannot be paid. */
  pay(sessionId: string, purchase: Purchase): PurchaseResult;
  /** Renews now, without moving the clock. */
  renew(subscriptionId: string, options?: { decline?: boolean }): RenewalResult;
  /** The payment that a change of plan waits for succeeds. Throws DodoApiError when none waits. */
  payPlanChange(subscriptionId: string): Payment;
  /** Ends a subscription now. */
  cancel(subscriptionId: string): Subscription;
  /** Ends the grants whose time has come; `tick()` does it too. */
  expire(): void;
  refund(paymentId: string, request?: RefundRequest): Refund;
  /** Opens a dispute, or goes on with the open one. `amount`: a decimal text, by default the payment's total. */
  dispute(paymentId: string, outcome?: DisputeOutcome, amount?: string): GetDispute;
  /** Forgets everything: data, endpoints, messages, switches, faults, the clock's advance. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * Starts a simulated Dodo Payments on 127.0.0.1: `new DodoPayments({ bearerToken: sim.apiKey, baseURL: sim.url })`.
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function createDodoSimulator(options: DodoSimulatorOptions = {}): Promise<DodoSimulator> {
  const apiKey = options.apiKey ?? 'dodo_test_simulator_key';
  const newId = createIds(options.seed);
  const businessId = newId('bus');
  const brandId = newId('brd');
  const store = new DodoStore();
  const switches: DodoSwitches = { ...defaultSwitches(), ...options.switches };
  const faults = noFaults();
  const clock = createVirtualClock(options.now ?? Date.now, () => queue.wake());
  const endpoints = new WebhookEndpoints(clock, newId);
  const queue = new WebhookQueue({
    clock,
    signatureNow: options.signatureNow ?? Date.now,
    newId,
    businessId,
    endpoints,
    faults,
    automatic: () => options.autoDeliver !== false,
    retryScale: options.retryScale ?? 1,
  });
  let url = '';
  const world: World = {
    store,
    clock,
    newId,
    switches,
    businessId,
    brandId,
    baseUrl: () => url,
    emit: (type, payloadType, render) => queue.enqueue(type, payloadType, render),
  };
  const routes = allRoutes(world, endpoints);
  const app = createServerApp(world, routes, createPages(world), { apiKey, onExchange: options.onExchange });
  const server = await startHttpServer(app, options.port);
  url = server.url;

  async function tick(): Promise<void> {
    expireDueGrants(world);
    renewDueSubscriptions(world);
    runMeters(world);
    await queue.flush();
  }
  const ticking = options.autoTickMs === undefined ? undefined : setInterval(() => void tick(), options.autoTickMs);
  ticking?.unref();

  return {
    url,
    apiKey,
    businessId,
    brandId,
    store,
    clock,
    switches,
    routes,
    webhooks: {
      addEndpoint({ url: target, filterTypes }) {
        const params = filterTypes === undefined ? { url: target } : { url: target, filter_types: filterTypes };
        const endpoint = endpoints.create(params);
        return { id: endpoint.details.id, secret: endpoint.secret };
      },
      rotateSecret: (id) => endpoints.rotateSecret(id),
      faults,
      get deliveries() {
        return queue.deliveries;
      },
      pending: () => queue.pending(),
      deliverDue: () => queue.deliverDue(),
      flush: () => queue.flush(),
    },
    seedCatalogue: () => seedCatalogue(world),
    tick,
    pay: (sessionId, purchase) => paySession(world, sessionId, purchase),
    renew: (id, renewal) => renewSubscription(world, id, renewal),
    payPlanChange: (id) => payPendingChange(world, findSubscription(world, id)),
    cancel(id) {
      const record = findSubscription(world, id);
      endSubscription(world, record, 'cancelled');
      return record.resource;
    },
    expire: () => expireDueGrants(world),
    refund: (paymentId, request) => refundPayment(world, paymentId, request),
    dispute: (paymentId, outcome, amount) => disputePayment(world, paymentId, outcome, amount),
    reset() {
      store.clear();
      endpoints.clear();
      queue.clear();
      clock.reset();
      Object.assign(switches, defaultSwitches(), options.switches);
      Object.assign(faults, noFaults());
    },
    async close() {
      clearInterval(ticking);
      await queue.close();
      await server.close();
    },
  };
}
