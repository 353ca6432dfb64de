import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, buy, createBench, refusal } from './harness.ts';

describe('checkout', () => {
  let bench: Bench;
  let ids: ReturnType<Bench['sim']['seedCatalogue']>;
  beforeEach(async () => {
    bench = await createBench();
    ids = bench.sim.seedCatalogue();
  });
  afterEach(() => bench.close());

  const session = (productId: string, more: object = {}, quantity = 1) =>
    bench.client.checkoutSessions.create({ product_cart: [{ product_id: productId, quantity }], ...more });

  it('joins buyers by e-mail, unless told to make a new customer', async () => {
    const first = await buy(bench, ids.topupProductId, { email: 'ada@example.com' });
    const joined = await buy(bench, ids.topupProductId, { email: 'ADA@example.com' });
    expect(joined.customerId).toBe(first.customerId);
    const { session_id } = await session(ids.topupProductId, { feature_flags: { always_create_new_customer: true } });
    const apart = bench.sim.pay(session_id, { email: 'ada@example.com' });
    expect(apart.customer.customer_id).not.toBe(first.customerId);
    expect(bench.sim.store.customers.size).toBe(2);
  });

  it('keeps to the named customer whatever e-mail is typed', async () => {
    const made = await bench.client.customers.create({ email: 'eva@example.com', name: 'Eva' });
    const { customerId } = await buy(bench, ids.topupProductId, {
      email: 'other@example.com',
      customerId: made.customer_id,
    });
    expect(customerId).toBe(made.customer_id);
    expect((await refusal(session(ids.topupProductId, { customer: { customer_id: 'cus_none' } }))).status).toBe(404);
  });

  it('passes metadata on to payment, subscription, grant and ledger row', async () => {
    const metadata = { account: 'a1' };
    const { payment, subscription, customerId } = await buy(bench, ids.starterProductId, { metadata });
    expect([payment.metadata, subscription?.metadata]).toEqual([metadata, metadata]);
    expect(payment).toMatchObject({
      product_cart: null,
      subscription_id: subscription?.subscription_id,
      total_amount: 2900,
    });
    expect(bench.sim.store.ledger(customerId)[0]?.metadata).toEqual(metadata);
  });

  it('multiplies a pack by its quantity, in money and in credits', async () => {
    const { payment, customerId } = await buy(bench, ids.topupProductId, { quantity: 3 });
    expect(payment).toMatchObject({
      total_amount: 5700,
      product_cart: [{ product_id: ids.topupProductId, quantity: 3 }],
    });
    expect(bench.sim.store.balance(customerId, ids.entitlementId)?.balance).toBe('15000000');
  });

  it('grants what the session says instead of what the product says', async () => {
    const { session_id } = await bench.client.checkoutSessions.create({
      product_cart: [
        {
          product_id: ids.topupProductId,
          quantity: 1,
          credit_entitlements: [{ credit_entitlement_id: ids.entitlementId, credits_amount: '42' }],
        },
      ],
    });
    const { customer } = bench.sim.pay(session_id, { email: 'ada@example.com' });
    expect(bench.sim.store.balance(customer.customer_id, ids.entitlementId)?.balance).toBe('42');
  });

  it('lets a declined buyer try again, as the same customer, and then no more', async () => {
    const { session_id } = await session(ids.starterProductId, { feature_flags: { always_create_new_customer: true } });
    const declined = bench.sim.pay(session_id, { email: 'ada@example.com', decline: true });
    expect([declined.payment.status, declined.subscription]).toEqual(['failed', null]);
    expect(await bench.client.checkoutSessions.retrieve(session_id)).toMatchObject({ payment_status: 'failed' });
    const paid = bench.sim.pay(session_id, { email: 'ada@example.com' });
    expect(paid.customer.customer_id).toBe(declined.customer.customer_id);
    expect(await bench.client.checkoutSessions.retrieve(session_id)).toMatchObject({
      payment_status: 'succeeded',
      customer_email: 'ada@example.com',
    });
    expect(() => bench.sim.pay(session_id, { email: 'ada@example.com' })).toThrow('already paid');
  });

  it('ends a session after a day', async () => {
    const { session_id } = await session(ids.starterProductId);
    bench.sim.clock.advance(24 * 3_600_000);
    expect(() => bench.sim.pay(session_id, { email: 'ada@example.com' })).toThrow('expired');
  });

  it('refuses carts that cannot be sold', async () => {
    expect(await refusal(bench.client.checkoutSessions.create({ product_cart: [] }))).toMatchObject({ status: 422 });
    expect(await refusal(session(ids.starterProductId, {}, 2))).toMatchObject({
      status: 422,
      code: 'INVALID_QUANTITY',
    });
    expect(await refusal(session(ids.topupProductId, {}, 0))).toMatchObject({ status: 422, code: 'INVALID_QUANTITY' });
    expect((await refusal(session('pdt_none'))).status).toBe(404);
    await bench.client.products.archive(ids.topupProductId);
    expect(await refusal(session(ids.topupProductId))).toMatchObject({ status: 422, code: 'PRODUCT_IS_DELETED' });
    expect((await refusal(bench.client.checkoutSessions.retrieve('cks_none'))).status).toBe(404);
  });

  it('sells a second plan, unless the business does not allow it', async () => {
    const { customerId } = await buy(bench, ids.starterProductId);
    await buy(bench, ids.proProductId, { customerId });
    expect(bench.sim.store.subscriptionsOf(customerId)).toHaveLength(2);
    bench.sim.switches.multipleSubscriptions = false;
    expect(await refusal(session(ids.proProductId, { customer: { customer_id: customerId } }))).toMatchObject({
      code: 'CUSTOMER_HAS_EXISTING_SUBSCRIPTION',
    });
    const anonymous = await session(ids.proProductId);
    expect(() => bench.sim.pay(anonymous.session_id, { email: 'ada@example.com' })).toThrow('already has');
  });

  it('starts a trial without a charge for the plan', async () => {
    const { session_id } = await session(ids.starterProductId, { subscription_data: { trial_period_days: 7 } });
    const { payment, subscription } = bench.sim.pay(session_id, { email: 'ada@example.com' });
    expect([payment.total_amount, subscription?.status, subscription?.trial_period_days]).toEqual([0, 'active', 7]);
    const days = (Date.parse(subscription?.next_billing_date ?? '') - bench.sim.clock.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });
});
