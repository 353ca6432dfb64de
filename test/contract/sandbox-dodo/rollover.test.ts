import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, buy, createBench } from './harness.ts';

const DAY_MS = 86_400_000;

describe('roll-over', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(() => bench.close());

  it('carries half on once, lets the rest expire, then forfeits what was carried', async () => {
    const { sim, client } = bench;
    const entitlement = await client.creditEntitlements.create({
      name: 'Images',
      unit: 'image',
      precision: 0,
      expires_after_days: 30,
      rollover_enabled: true,
      rollover_percentage: 50,
      rollover_timeframe_count: 10,
      rollover_timeframe_interval: 'Day',
      max_rollover_count: 1,
      overage_enabled: false,
    });
    const pack = await client.products.create({
      name: 'Pack',
      tax_category: 'saas',
      price: { type: 'one_time_price', currency: 'USD', price: 500 },
      credit_entitlements: [{ credit_entitlement_id: entitlement.id, credits_amount: '101' }],
    });
    const { customerId } = await buy(bench, pack.product_id);
    for (const days of [30, 10]) {
      sim.clock.advance(days * DAY_MS);
      await sim.tick();
    }
    const rows = sim.store.ledger(customerId);
    expect(rows.map((row) => [row.transaction_type, row.amount, row.balance_before, row.balance_after])).toEqual([
      ['credit_added', '101', '0', '101'],
      ['credit_rolled_over', '50', '101', '101'],
      ['credit_expired', '51', '101', '50'],
      ['rollover_forfeited', '50', '50', '0'],
    ]);
    const { items } = await client.creditEntitlements.balances.listGrants(customerId, {
      credit_entitlement_id: entitlement.id,
    });
    expect(items[0]).toMatchObject({ source_type: 'rollover', rollover_count: 1, parent_grant_id: items[1]?.id });
  });
});
