import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, buy, createBench, use } from './harness.ts';

describe('the metering worker', () => {
  let bench: Bench;
  let ids: ReturnType<Bench['sim']['seedCatalogue']>;

  beforeEach(async () => {
    bench = await createBench();
    ids = bench.sim.seedCatalogue();
  });
  afterEach(() => bench.close());

  const rows = (customerId: string) =>
    bench.sim.store
      .ledger(customerId)
      .map((row) => [row.transaction_type, row.amount, row.balance_after, row.overage_after].join(' '));

  it('deducts the sum of a tick once, and nothing between ticks', async () => {
    const { customerId } = await buy(bench, ids.starterProductId);
    await use(bench, customerId, 100);
    await use(bench, customerId, 23);
    expect(rows(customerId)).toEqual(['credit_added 10000000 10000000 0']);
    await bench.sim.tick();
    await bench.sim.tick();
    expect(rows(customerId).slice(1)).toEqual(['credit_deducted 123 9999877 0']);
  });

  it('does not count text as a number, nor another event name', async () => {
    const { customerId } = await buy(bench, ids.starterProductId);
    const event = { customer_id: customerId, event_name: 'api.tokens_used', metadata: { tokens: '500' } };
    await bench.client.usageEvents.ingest({
      events: [
        { ...event, event_id: 'text' },
        { ...event, event_id: 'name', event_name: 'API.tokens_used', metadata: { tokens: 500 } },
      ],
    });
    await bench.sim.tick();
    expect(rows(customerId)).toHaveLength(1);
  });

  it('stops at zero without overage: what is beyond is not charged', async () => {
    const { customerId } = await buy(bench, ids.starterProductId);
    await use(bench, customerId, 12_000_000);
    await bench.sim.tick();
    await use(bench, customerId, 5);
    await bench.sim.tick();
    expect(rows(customerId).slice(1)).toEqual(['credit_deducted 10000000 0 0']);
  });

  it('goes on into overage on Pro, and stops at the limit', async () => {
    const { customerId, subscription } = await buy(bench, ids.proProductId);
    const id = subscription?.subscription_id ?? '';
    await bench.client.subscriptions.update(id, {
      credit_entitlement_cart: [{ credit_entitlement_id: ids.entitlementId, overage_limit: '3000' }],
    });
    await use(bench, customerId, 40_001_000);
    await bench.sim.tick();
    await use(bench, customerId, 9_000);
    await bench.sim.tick();
    expect(rows(customerId).slice(1)).toEqual([
      'credit_deducted 40000000 0 0',
      'overage_charged 1000 0 1000',
      'overage_charged 2000 0 3000',
    ]);
    const { items } = await bench.client.subscriptions.retrieveCreditUsage(id);
    expect(items[0]).toMatchObject({ limit_reached: true, overage: 3000, remaining_headroom: 0 });
    const history = await bench.client.subscriptions.retrieveUsageHistory(id, { page_number: 0 });
    expect(history.items[0]?.meters[0]?.consumed_units).toBe('40010000');
  });

  it('writes one row for each grant touched, or one a tick', async () => {
    const { customerId } = await buy(bench, ids.topupProductId);
    await buy(bench, ids.starterProductId, { customerId });
    await use(bench, customerId, 10_000_001);
    await bench.sim.tick();
    expect(rows(customerId).slice(2)).toEqual(['credit_deducted 10000000 5000000 0', 'credit_deducted 1 4999999 0']);
    bench.sim.switches.rowsPer = 'tick';
    bench.sim.switches.grantOrder = 'oldest';
    await use(bench, customerId, 9);
    await bench.sim.tick();
    expect(rows(customerId).at(-1)).toBe('credit_deducted 9 4999990 0');
  });

  it('draws the oldest grant first when switched so', async () => {
    bench.sim.switches.grantOrder = 'oldest';
    const { customerId } = await buy(bench, ids.topupProductId);
    bench.sim.clock.advance(1000);
    await buy(bench, ids.starterProductId, { customerId });
    await use(bench, customerId, 7);
    await bench.sim.tick();
    const { items } = await bench.client.creditEntitlements.balances.listGrants(customerId, {
      credit_entitlement_id: ids.entitlementId,
      page_number: 0,
    });
    expect(items.map((grant) => [grant.source_type, grant.remaining_amount])).toEqual([
      ['subscription', '10000000'],
      ['one_time', '4999993'],
    ]);
  });

  it('deducts without a plan only when switched so', async () => {
    const { customerId } = await buy(bench, ids.topupProductId);
    await use(bench, customerId, 10);
    await bench.sim.tick();
    expect(bench.sim.store.balance(customerId, ids.entitlementId)?.balance).toBe('5000000');
    bench.sim.switches.meterNeedsRunningPlan = false;
    await use(bench, customerId, 10);
    await bench.sim.tick();
    expect(bench.sim.store.balance(customerId, ids.entitlementId)?.balance).toBe('4999990');
  });

  it('announces a low balance once for each crossing', async () => {
    const { customerId } = await buy(bench, ids.starterProductId);
    bench.sim.webhooks.addEndpoint({ url: 'http://127.0.0.1:9/', filterTypes: ['credit.balance_low'] });
    for (const tokens of [7_999_999, 1, 1000]) {
      await use(bench, customerId, tokens);
      await bench.sim.tick();
    }
    const bodies = bench.sim.webhooks.deliveries.map(({ bodyAtEvent }) => JSON.parse(bodyAtEvent).data);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({
      available_balance: '2000000',
      threshold_amount: '2000000',
      threshold_percent: 20,
    });
    await buy(bench, ids.topupProductId, { customerId });
    await use(bench, customerId, 6_000_000);
    await bench.sim.tick();
    expect(bench.sim.webhooks.deliveries).toHaveLength(2);
  });

  it('joins each ledger row on to the one before, and keeps the balance equal to what the grants hold', async () => {
    const { customerId, subscription } = await buy(bench, ids.proProductId);
    await buy(bench, ids.topupProductId, { customerId });
    for (const tokens of [1, 41_000_000, 9_000_000]) {
      await use(bench, customerId, tokens);
      await bench.sim.tick();
    }
    bench.sim.renew(subscription?.subscription_id ?? '');
    bench.sim.clock.advance(31 * 86_400_000);
    await bench.sim.tick();
    const ledger = bench.sim.store.ledger(customerId);
    for (const [index, row] of ledger.entries()) {
      expect(row.balance_before).toBe(ledger[index - 1]?.balance_after ?? '0');
      expect(row.overage_before).toBe(ledger[index - 1]?.overage_after ?? '0');
    }
    const wallet = bench.sim.store.wallet(customerId, ids.entitlementId);
    expect(wallet?.grants.reduce((sum, grant) => sum + grant.remaining, 0n)).toBe(wallet?.balance);
    expect(new Set(ledger.map((row) => row.transaction_type)).size).toBe(5);
  });
});
