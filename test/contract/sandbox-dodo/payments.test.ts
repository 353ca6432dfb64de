import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, buy, createBench, refusal } from './harness.ts';

describe('payments', () => {
  let bench: Bench;
  let paymentId: string;
  let customerId: string;
  beforeEach(async () => {
    bench = await createBench();
    const bought = await buy(bench, bench.sim.seedCatalogue().topupProductId);
    paymentId = bought.payment.payment_id;
    customerId = bought.customerId;
  });
  afterEach(() => bench.close());

  it('are refunded in part and then in whole, and no further; the credits stay', async () => {
    const { client, sim } = bench;
    const { items } = await client.payments.retrieveLineItems(paymentId);
    const item_id = items[0]?.items_id ?? '';
    const part = await client.refunds.create({ payment_id: paymentId, items: [{ item_id, amount: 500 }] });
    expect(part).toMatchObject({ amount: 500, is_partial: true, status: 'succeeded' });
    expect((await client.payments.retrieve(paymentId)).refund_status).toBe('partial');
    expect(sim.refund(paymentId).amount).toBe(1400);
    expect((await client.payments.retrieve(paymentId)).refund_status).toBe('full');
    expect(await refusal(client.refunds.create({ payment_id: paymentId }))).toMatchObject({
      status: 400,
      code: 'PAYMENT_ALREADY_REFUNDED',
    });
    expect(sim.store.ledger(customerId)).toHaveLength(1);
  });

  it('refuse a refund of more than was paid', async () => {
    expect(() => bench.sim.refund(paymentId, { amountCents: 1901 })).toThrow('expected 1 to 1900 cents');
    expect((await refusal(bench.client.refunds.create({ payment_id: 'pay_none' }))).status).toBe(404);
  });

  it('are disputed, with the amount as text', async () => {
    const dispute = bench.sim.dispute(paymentId, 'won');
    expect(await bench.client.disputes.retrieve(dispute.dispute_id)).toMatchObject({
      amount: '1900',
      dispute_status: 'dispute_won',
      customer: { customer_id: customerId },
    });
    expect((await bench.client.payments.retrieve(paymentId)).disputes.map((one) => one.dispute_status)).toEqual([
      'dispute_won',
    ]);
  });
});
