import { describe, expect, it } from 'vitest';
import { startWithSimulator } from './dodo-port-buyer.ts';
import { answer, failureOf, NOW, startServer } from './dodo-port-server.ts';

describe('the list of all balances', () => {
  it.each(['number', 'string'] as const)('tells each customer of ours once, with balances as a %s', async (as) => {
    const { sim, ids, billing, buy, shares } = await startWithSimulator();
    sim.switches.balancesAs = as;
    const ada = await buy(ids.topupProductId, 'ada@example.com');
    const bob = await buy(ids.proProductId, 'bob@example.com');
    shares.length = 0;
    const page = await billing.readBalances(0);
    expect(page.map(({ customerId, balance, overage }) => [customerId, balance, overage])).toEqual(
      expect.arrayContaining([
        [ada.customer.customer_id, 5_000_000, 0],
        [bob.customer.customer_id, 40_000_000, 0],
      ]),
    );
    expect(page).toHaveLength(2);
    const [row] = await billing.readLedger(ada.customer.customer_id, null);
    const listed = page.find(({ customerId }) => customerId === ada.customer.customer_id);
    expect(listed?.lastTransactionAt).toBe(row?.createdAt);
    expect(shares).toEqual(['reconcile', 'reconcile']);
  });

  it('turns its pages from 0 by the hundred, down to an empty one', async () => {
    const { sim, ids, billing } = await startWithSimulator();
    for (let number = 0; number < 150; number += 1) {
      sim.store.addWallet({
        id: `cdb_${number}`,
        customerId: `cus_${number}`,
        entitlementId: ids.entitlementId,
        balance: 0n,
        overage: 0n,
        grants: [],
        rows: [],
        createdAt: NOW,
        updatedAt: NOW,
        restUnits: new Map(),
      });
    }
    const pages = [await billing.readBalances(0), await billing.readBalances(1), await billing.readBalances(2)];
    expect(pages.map((page) => page.length)).toEqual([100, 50, 0]);
    expect(new Set(pages.flat().map(({ customerId }) => customerId)).size).toBe(150);
    expect(pages[0]?.[0]).toMatchObject({ balance: 0, lastTransactionAt: null, createdAt: NOW });
  });

  it('is not taken for empty when it is not readable', async () => {
    const { billing } = await startServer([answer(200, { something: 'else' })]);
    expect(await failureOf(billing.readBalances(0))).toMatchObject({ fault: 'unanswered' });
  });
});

describe('payments that are looked up', () => {
  it('are found by their checkout session once somebody has paid', async () => {
    const { sim, ids, billing } = await startWithSimulator();
    const request = { productId: ids.topupProductId, quantity: 1, customerId: null, metadata: {}, returnUrl: sim.url };
    const session = await billing.createCheckout(request);
    expect(await billing.sessionPayment(session.id)).toBeNull();
    const declined = sim.pay(session.id, { email: 'ada@example.com', decline: true });
    expect(await billing.sessionPayment(session.id)).toEqual({
      paymentId: declined.payment.payment_id,
      status: 'failed',
    });
    const paid = sim.pay(session.id, { email: 'ada@example.com' });
    const paymentId = paid.payment.payment_id;
    expect(await billing.sessionPayment(session.id)).toEqual({ paymentId, status: 'succeeded' });
    expect(await billing.succeededPayments(paid.customer.customer_id)).toEqual([paymentId]);
    expect(await billing.succeededPayments('cus_none')).toEqual([]);
  });

  it('read as their webhook would, with product, metadata and the time when they were made', async () => {
    const { ids, billing, buy, sim, shares } = await startWithSimulator();
    const { payment, customer } = await buy(ids.topupProductId, 'ada@example.com', null, 2);
    shares.length = 0;
    expect(await billing.paymentAsEvents(payment.payment_id, 'member')).toEqual([
      {
        kind: 'payment',
        type: 'payment.succeeded',
        at: Date.parse(payment.created_at),
        businessId: sim.businessId,
        metadata: { tally: 'v1.abc' },
        payment: expect.objectContaining({
          id: payment.payment_id,
          customerId: customer.customer_id,
          status: 'succeeded',
          products: [{ productId: ids.topupProductId, quantity: 2 }],
        }),
      },
    ]);
    expect(shares).toEqual(['member']);
  });

  it('come after the subscription that they are for, which is told as paid whatever became of it', async () => {
    const { ids, billing, buy, sim } = await startWithSimulator();
    const { payment, subscription } = await buy(ids.starterProductId);
    sim.cancel(subscription?.subscription_id ?? '');
    const [first, second] = await billing.paymentAsEvents(payment.payment_id, 'reconcile');
    expect(first).toMatchObject({
      kind: 'subscription',
      type: 'subscription.renewed',
      businessId: sim.businessId,
      metadata: { tally: 'v1.abc' },
      subscription: { id: subscription?.subscription_id, status: 'cancelled', productId: ids.starterProductId },
    });
    expect(second).toMatchObject({ kind: 'payment', payment: { subscriptionId: subscription?.subscription_id } });
  });

  it('fail for good when Dodo does not know them', async () => {
    const { billing } = await startWithSimulator();
    expect(await failureOf(billing.paymentAsEvents('pay_none', 'member'))).toMatchObject({ status: 404 });
    expect(await failureOf(billing.sessionPayment('cks_none'))).toMatchObject({ status: 404 });
  });
});

describe('the subscriptions of a customer', () => {
  it('are all told, with what each is in', async () => {
    const { ids, billing, buy, sim } = await startWithSimulator();
    const first = await buy(ids.starterProductId);
    const customerId = first.customer.customer_id;
    const id = first.subscription?.subscription_id ?? '';
    expect(await billing.subscriptionsOf(customerId)).toEqual([{ id, status: 'active' }]);
    sim.cancel(id);
    expect(await billing.subscriptionsOf(customerId)).toEqual([{ id, status: 'cancelled' }]);
    expect(await billing.subscriptionsOf('cus_none')).toEqual([]);
  });
});
