import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, buy, createBench, refusal, use } from './harness.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-11-15T12:00:00Z');

describe('subscriptions', () => {
  let bench: Bench;
  let ids: ReturnType<Bench['sim']['seedCatalogue']>;
  beforeEach(async () => {
    bench = await createBench({ now: () => START });
    ids = bench.sim.seedCatalogue();
  });
  afterEach(() => bench.close());

  async function subscribe(productId: string) {
    const { subscription, customerId } = await buy(bench, productId);
    return { id: subscription?.subscription_id ?? '', customerId };
  }
  const types = (customerId: string) => bench.sim.store.ledger(customerId).map((row) => row.transaction_type);
  const cents = async (customer_id: string) =>
    (await bench.client.payments.list({ customer_id, page_number: 0 })).items.map((payment) => payment.total_amount);

  it('renew by themselves on the billing date: expiry first, then payment and new credits', async () => {
    const { id, customerId } = await subscribe(ids.starterProductId);
    bench.sim.clock.advance(30 * DAY_MS);
    await bench.sim.tick();
    expect(types(customerId)).toEqual(['credit_added', 'credit_expired', 'credit_added']);
    expect(await bench.client.subscriptions.retrieve(id)).toMatchObject({
      previous_billing_date: '2026-12-15T12:00:00.000Z',
      next_billing_date: '2027-01-15T12:00:00.000Z',
    });
    expect(await cents(customerId)).toEqual([2900, 2900]);
  });

  it('let due grants expire before the new ones come, when renewed by hand too', async () => {
    const { id, customerId } = await subscribe(ids.starterProductId);
    bench.sim.clock.advance(30 * DAY_MS);
    bench.sim.renew(id);
    expect(types(customerId)).toEqual(['credit_added', 'credit_expired', 'credit_added']);
  });

  it('catch up on every cycle that was missed', async () => {
    const { customerId } = await subscribe(ids.starterProductId);
    bench.sim.clock.advance(65 * DAY_MS);
    await bench.sim.tick();
    expect(await cents(customerId)).toEqual([2900, 2900, 2900]);
  });

  it('invoice overage at the renewal and start again from zero', async () => {
    const { id, customerId } = await subscribe(ids.proProductId);
    await use(bench, customerId, 42_000_000);
    await bench.sim.tick();
    expect(bench.sim.renew(id).payment.total_amount).toBe(9900 + 1000);
    expect(types(customerId).slice(2)).toEqual(['overage_charged', 'overage_reset', 'credit_added']);
    expect(bench.sim.store.balance(customerId, ids.entitlementId)).toEqual({ balance: '40000000', overage: '0' });
  });

  it.each([
    ['forgive_at_reset', 9900, '0', '40000000'],
    ['carry_deficit', 9900, '2000000', '40000000'],
    ['carry_deficit_auto_repay', 9900, '0', '38000000'],
  ] as const)('treat overage at the renewal as %s says', async (behavior, charged, overage, balance) => {
    const product = await bench.client.products.retrieve(ids.proProductId);
    const [attached] = product.credit_entitlements;
    if (attached === undefined) throw new Error('expected the plan to carry credits');
    await bench.client.products.update(ids.proProductId, {
      credit_entitlements: [
        {
          credit_entitlement_id: ids.entitlementId,
          credits_amount: attached.credits_amount,
          overage_enabled: true,
          price_per_unit: '0.000005',
          currency: 'USD',
          overage_behavior: behavior,
        },
      ],
    });
    const { id, customerId } = await subscribe(ids.proProductId);
    await use(bench, customerId, 42_000_000);
    await bench.sim.tick();
    expect(bench.sim.renew(id).payment.total_amount).toBe(charged);
    expect(bench.sim.store.balance(customerId, ids.entitlementId)).toEqual({ balance, overage });
  });

  it('go on hold when a renewal is declined, stop being metered, and come back when it is paid', async () => {
    const { id, customerId } = await subscribe(ids.starterProductId);
    expect(bench.sim.renew(id, { decline: true }).payment.status).toBe('failed');
    expect((await bench.client.subscriptions.retrieve(id)).status).toBe('on_hold');
    await use(bench, customerId, 5);
    await bench.sim.tick();
    expect(bench.sim.store.balance(customerId, ids.entitlementId)?.balance).toBe('10000000');
    bench.sim.renew(id);
    expect((await bench.client.subscriptions.list({ status: 'active', page_number: 0 })).items).toHaveLength(1);
  });

  it('end at the next billing date when asked to, unless that is taken back, and keep their credits', async () => {
    const { id, customerId } = await subscribe(ids.starterProductId);
    const { subscriptions } = bench.client;
    await subscriptions.update(id, { cancel_at_next_billing_date: true });
    await subscriptions.update(id, { cancel_at_next_billing_date: false });
    await subscriptions.update(id, { cancel_at_next_billing_date: true });
    bench.sim.clock.advance(29 * DAY_MS);
    await bench.sim.tick();
    expect((await subscriptions.retrieve(id)).status).toBe('active');
    bench.sim.clock.advance(DAY_MS - 1);
    await bench.sim.tick();
    expect(bench.sim.store.balance(customerId, ids.entitlementId)?.balance).toBe('10000000');
    bench.sim.clock.advance(1);
    await bench.sim.tick();
    expect(await subscriptions.retrieve(id)).toMatchObject({ status: 'cancelled', cancelled_at: expect.any(String) });
    expect(await cents(customerId)).toEqual([2900]);
    expect(await refusal(subscriptions.update(id, { status: 'cancelled' }))).toMatchObject({
      code: 'SUBSCRIPTION_INACTIVE',
    });
  });

  it('are cancelled at once by status, and metered no more', async () => {
    const { id, customerId } = await subscribe(ids.starterProductId);
    await bench.client.subscriptions.update(id, { status: 'cancelled' });
    await use(bench, customerId, 5);
    await bench.sim.tick();
    expect(bench.sim.store.balance(customerId, ids.entitlementId)?.balance).toBe('10000000');
  });

  it('expire when the contract is over', async () => {
    const price = {
      ...(await bench.client.products.retrieve(ids.starterProductId)).price,
      subscription_period_count: 1,
    };
    if (price.type !== 'usage_based_price') throw new Error('expected a usage based plan');
    await bench.client.products.update(ids.starterProductId, {
      price: { ...price, subscription_period_interval: 'Month' },
    });
    const { id } = await subscribe(ids.starterProductId);
    bench.sim.clock.advance(31 * DAY_MS);
    await bench.sim.tick();
    expect((await bench.client.subscriptions.retrieve(id)).status).toBe('expired');
  });

  it('refuse changes that make no sense', async () => {
    const { id } = await subscribe(ids.starterProductId);
    const update = (params: object) => refusal(bench.client.subscriptions.update(id, params));
    expect(await update({ next_billing_date: '2020-01-01T00:00:00Z' })).toMatchObject({
      code: 'INVALID_REQUEST_PARAMETERS',
    });
    expect((await update({ pause: true })).status).toBe(422);
    expect((await update({ status: 'paused', metadata: {} })).status).toBe(422);
    expect((await update({ status: 'active' })).status).toBe(422);
    const cart = [{ credit_entitlement_id: ids.entitlementId, overage_enabled: true }];
    expect((await update({ credit_entitlement_cart: cart })).status).toBe(422);
    expect((await refusal(bench.client.subscriptions.retrieve('sub_none'))).status).toBe(404);
  });
});
