import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Exchange } from '../../../src/sandbox/dodo/server.ts';
import { loadDodoOpenApi } from '../../helpers/dodo-openapi.ts';
import { driveEveryRoute } from './every-route.ts';
import { type Bench, buy, createBench, createReceiver, type Receiver, use } from './harness.ts';

const loaded = loadDodoOpenApi();

describe('the simulator against the vendor’s description of its API', () => {
  const exchanges: Exchange[] = [];
  let bench: Bench;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await createReceiver();
    bench = await createBench({ onExchange: (exchange) => exchanges.push(exchange) });
    bench.sim.webhooks.addEndpoint({ url: receiver.url });
    await driveEveryRoute(bench, receiver.url);
    await bench.sim.webhooks.flush();
  });
  afterAll(async () => {
    await bench.close();
    await receiver.close();
  });

  it('drives every route with a success', () => {
    const answered = exchanges.filter((one) => one.status < 300).map((one) => `${one.method} ${one.operation}`);
    const served = bench.sim.routes.map((route) => `${route.method} ${route.path}`);
    expect(served.filter((route) => !answered.includes(route))).toEqual([]);
  });

  it('takes and gives only what the description allows', ({ skip }) => {
    if (loaded.status === 'absent') return skip(loaded.message);
    expect(exchanges.length).toBeGreaterThan(bench.sim.routes.length);
    expect(exchanges.flatMap((exchange) => loaded.openApi.validateExchange(exchange))).toEqual([]);
  });

  it('sends webhooks as described', ({ skip }) => {
    if (loaded.status === 'absent') return skip(loaded.message);
    const bodies = receiver.received.map(({ body }): unknown => JSON.parse(body));
    expect(bodies.flatMap((body) => loaded.openApi.validateWebhook(body))).toEqual([]);
    expect([...new Set(receiver.types())].toSorted()).toEqual([
      'credit.added',
      'credit.balance_low',
      'credit.deducted',
      'credit.expired',
      'credit.manual_adjustment',
      'credit.overage_charged',
      'credit.overage_reset',
      'dispute.lost',
      'dispute.opened',
      'payment.failed',
      'payment.succeeded',
      'refund.succeeded',
      'subscription.active',
      'subscription.cancelled',
      'subscription.on_hold',
      'subscription.paused',
      'subscription.plan_changed',
      'subscription.renewed',
      'subscription.unpaused',
      'subscription.updated',
    ]);
  });

  it('holds with balances as strings too', async ({ skip }) => {
    if (loaded.status === 'absent') return skip(loaded.message);
    const seen: Exchange[] = [];
    const strings = await createBench({ switches: { balancesAs: 'string' }, onExchange: (one) => seen.push(one) });
    try {
      const ids = strings.sim.seedCatalogue();
      const { customerId, subscription } = await buy(strings, ids.proProductId);
      await use(strings, customerId, 41_000_000);
      await strings.sim.tick();
      const { balances } = strings.client.creditEntitlements;
      const balance = await balances.retrieve(customerId, { credit_entitlement_id: ids.entitlementId });
      expect([balance.balance, balance.overage]).toEqual(['0', '1000000']);
      const shown = await strings.client.subscriptions.retrieve(subscription?.subscription_id ?? '');
      expect(shown.credit_entitlement_cart[0]?.overage_balance).toBe('1000000');
      expect(seen.flatMap((exchange) => loaded.openApi.validateExchange(exchange))).toEqual([]);
    } finally {
      await strings.close();
    }
  });

  it('is refused when a field is missing, wrong or unknown', ({ skip }) => {
    if (loaded.status === 'absent') return skip(loaded.message);
    const good = exchanges.find((one) => one.operation === '/customers/{customer_id}' && one.method === 'GET');
    if (good === undefined) throw new Error('expected an exchange that reads a customer');
    const check = (body: object) => loaded.openApi.validateExchange({ ...good, responseBody: body });
    const customer = good.responseBody as Record<string, unknown>;
    const { email: _email, ...withoutEmail } = customer;
    expect(check(customer)).toEqual([]);
    expect(check(withoutEmail).join()).toContain('email');
    expect(check({ ...customer, name: 7 }).join()).toContain('/name must be string');
    expect(check({ ...customer, nickname: 'x' }).join()).toContain('nickname');
    expect(loaded.openApi.validateExchange({ ...good, path: '/customers/x/y/z' })).toHaveLength(1);
    expect(loaded.openApi.validateExchange({ ...good, status: 204 })).toHaveLength(1);
    expect(loaded.openApi.validateExchange({ ...good, query: { colour: 'red' } }).join()).toContain('colour');
  });
});
