import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, buy, createBench, refusal } from './harness.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-11-15T12:00:00Z');

describe('changes of plan', () => {
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
  const cents = async (customer_id: string) =>
    (await bench.client.payments.list({ customer_id, page_number: 0 })).items.map((payment) => payment.total_amount);

  it('change the plan at once with the new price and credits', async () => {
    const { id, customerId } = await subscribe(ids.starterProductId);
    bench.sim.clock.advance(10 * DAY_MS);
    const change = { product_id: ids.proProductId, quantity: 1 };
    await bench.client.subscriptions.changePlan(id, { ...change, proration_billing_mode: 'full_immediately' });
    expect(await cents(customerId)).toEqual([9900, 2900]);
    expect(bench.sim.store.balance(customerId, ids.entitlementId)?.balance).toBe('50000000');
    expect(await bench.client.subscriptions.retrieve(id)).toMatchObject({
      product_id: ids.proProductId,
      next_billing_date: '2026-12-25T12:00:00.000Z',
      credit_entitlement_cart: [{ overage_enabled: true }],
    });
  });

  it('change the plan for the rest of the cycle, prorated', async () => {
    const { id, customerId } = await subscribe(ids.starterProductId);
    bench.sim.clock.advance(15 * DAY_MS);
    await bench.client.subscriptions.changePlan(id, {
      product_id: ids.proProductId,
      quantity: 1,
      proration_billing_mode: 'prorated_immediately',
    });
    expect(await cents(customerId)).toEqual([3500, 2900]);
    expect(bench.sim.store.balance(customerId, ids.entitlementId)?.balance).toBe('25000000');
  });

  it('change the plan at the next billing date', async () => {
    const { id, customerId } = await subscribe(ids.proProductId);
    const change = {
      product_id: ids.starterProductId,
      quantity: 1,
      proration_billing_mode: 'full_immediately',
      effective_at: 'next_billing_date',
    } as const;
    await bench.client.subscriptions.changePlan(id, change);
    expect(await refusal(bench.client.subscriptions.changePlan(id, change))).toMatchObject({ status: 409 });
    await bench.client.subscriptions.cancelChangePlan(id);
    expect((await refusal(bench.client.subscriptions.cancelChangePlan(id))).status).toBe(404);
    await bench.client.subscriptions.changePlan(id, change);
    bench.sim.clock.advance(30 * DAY_MS);
    await bench.sim.tick();
    expect(await cents(customerId)).toEqual([2900, 9900]);
    expect(await bench.client.subscriptions.retrieve(id)).toMatchObject({
      product_id: ids.starterProductId,
      scheduled_change: null,
    });
  });

  it('refuse plan changes when the vendor does not support them, or when they are to end', async () => {
    const { id } = await subscribe(ids.starterProductId);
    const change = () =>
      refusal(
        bench.client.subscriptions.changePlan(id, {
          product_id: ids.proProductId,
          quantity: 1,
          proration_billing_mode: 'do_not_bill',
        }),
      );
    bench.sim.switches.planChanges = false;
    expect(await change()).toMatchObject({ status: 422, code: 'UNSUPPORTED_ACTION' });
    bench.sim.switches.planChanges = true;
    await bench.client.subscriptions.update(id, { cancel_at_next_billing_date: true });
    expect((await change()).code).toBe('PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION');
  });

  const toPro = () =>
    ({ product_id: ids.proProductId, quantity: 1, proration_billing_mode: 'prorated_immediately' }) as const;
  const productOf = async (id: string) => (await bench.client.subscriptions.retrieve(id)).product_id;

  it('are previewed with what they charge now, and change nothing by that', async () => {
    const { id, customerId } = await subscribe(ids.starterProductId);
    bench.sim.clock.advance(15 * DAY_MS);
    const messages = bench.sim.webhooks.deliveries.length;
    const preview = await bench.client.subscriptions.previewChangePlan(id, toPro());
    expect(preview.immediate_charge).toMatchObject({
      effective_at: '2026-11-30T12:00:00.000Z',
      line_items: [{ unit_price: 9900, proration_factor: 0.5 }],
      summary: { total_amount: 3500, currency: 'USD', customer_credits: 0 },
    });
    expect(preview.new_plan).toMatchObject({ product_id: ids.proProductId, recurring_pre_tax_amount: 9900 });
    expect(await productOf(id)).toBe(ids.starterProductId);
    expect(await cents(customerId)).toEqual([2900]);
    expect(bench.sim.webhooks.deliveries).toHaveLength(messages);
    bench.sim.switches.planChanges = false;
    expect(await refusal(bench.client.subscriptions.previewChangePlan(id, toPro()))).toMatchObject({
      code: 'UNSUPPORTED_ACTION',
    });
  });

  it('wait for their payment when the card is declined and that is to prevent them', async () => {
    const { id, customerId } = await subscribe(ids.starterProductId);
    bench.sim.switches.declinePlanChanges = true;
    const change = { ...toPro(), on_payment_failure: 'prevent_change' } as const;
    const { payment_id } = await bench.client.subscriptions.changePlan(id, change);
    expect((await bench.client.payments.retrieve(payment_id ?? '')).status).toBe('failed');
    expect(await productOf(id)).toBe(ids.starterProductId);
    expect(await refusal(bench.client.subscriptions.changePlan(id, change))).toMatchObject({
      status: 409,
      code: 'PENDING_PLAN_CHANGE_EXISTS',
    });
    bench.sim.payPlanChange(id);
    expect(await productOf(id)).toBe(ids.proProductId);
    expect(bench.sim.store.balance(customerId, ids.entitlementId)?.balance).toBe('40000000');
    expect(() => bench.sim.payPlanChange(id)).toThrow(/Pending plan change/);
  });

  it('are made and put on hold when the card is declined and nothing is to prevent them', async () => {
    const { id } = await subscribe(ids.starterProductId);
    bench.sim.switches.declinePlanChanges = true;
    await bench.client.subscriptions.changePlan(id, toPro());
    expect(await bench.client.subscriptions.retrieve(id)).toMatchObject({
      product_id: ids.proProductId,
      status: 'on_hold',
    });
  });

  it('take no other mode than full_immediately at the next billing date', async () => {
    const { id } = await subscribe(ids.proProductId);
    const change = { ...toPro(), product_id: ids.starterProductId, effective_at: 'next_billing_date' } as const;
    expect(await refusal(bench.client.subscriptions.changePlan(id, change))).toMatchObject({
      status: 422,
      code: 'INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE',
    });
  });

  it('replace a scheduled one when asked to', async () => {
    const { id } = await subscribe(ids.proProductId);
    const later = {
      ...{ product_id: ids.starterProductId, quantity: 1 },
      ...({ proration_billing_mode: 'full_immediately', effective_at: 'next_billing_date' } as const),
    };
    await bench.client.subscriptions.changePlan(id, later);
    await bench.client.subscriptions.changePlan(id, { ...later, cancel_scheduled_change_plan: true });
    expect((await bench.client.subscriptions.retrieve(id)).scheduled_change?.product_id).toBe(ids.starterProductId);
  });
});
