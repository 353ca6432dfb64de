import { describe, expect, it, onTestFinished } from 'vitest';
import type { BillingEvent } from '../../src/core/dodo/billing.ts';
import { createDodoBilling } from '../../src/ports/dodo/dodo-billing.ts';
import { startHttpServer } from '../../src/sandbox/http-server.ts';
import { startWithSimulator, usage } from './dodo-port-buyer.ts';

describe('the webhooks of Dodo', () => {
  it('hold their signature and read as events, from a purchase to its use', async () => {
    const { sim, ids, options, buy } = await startWithSimulator();
    const events: BillingEvent[] = [];
    const hookIds: string[] = [];
    const receiver = await startHttpServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const body = Buffer.concat(parts);
      hookIds.push(listening.verifyWebhook(body, headers));
      events.push(listening.parseEvent(body.toString()));
      response.end();
    });
    onTestFinished(() => receiver.close());
    const endpoint = sim.webhooks.addEndpoint({ url: receiver.url });
    const listening = createDodoBilling({ ...options, webhookKey: endpoint.secret });

    const { customer, subscription, payment } = await buy(ids.proProductId);
    await listening.ingest([usage('ask-1', customer.customer_id, 40_000_500)]);
    await sim.tick();
    await sim.webhooks.flush();

    expect(hookIds).toEqual(sim.webhooks.deliveries.map((delivery) => delivery.id));
    expect(sim.webhooks.deliveries.every((delivery) => delivery.state === 'delivered')).toBe(true);
    const common = { businessId: sim.businessId, at: expect.any(Number) };
    expect(events).toContainEqual(
      expect.objectContaining({
        ...common,
        kind: 'payment',
        type: 'payment.succeeded',
        metadata: { tally: 'v1.abc' },
        payment: expect.objectContaining({ id: payment.payment_id, amountCents: 9_900, status: 'succeeded' }),
      }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        ...common,
        kind: 'subscription',
        type: 'subscription.active',
        metadata: { tally: 'v1.abc' },
        subscription: expect.objectContaining({
          id: subscription?.subscription_id,
          customerId: customer.customer_id,
          productId: ids.proProductId,
          status: 'active',
          overage: { enabled: true, limitTokens: null },
        }),
      }),
    );
    const rows = events.flatMap((event) => (event.kind === 'ledger_row' ? [event.row] : []));
    expect(rows.map((row) => [row.type, row.balanceAfter, row.overageAfter])).toEqual([
      ['credit_added', 40_000_000, 0],
      ['credit_deducted', 0, 0],
      ['overage_charged', 0, 500],
    ]);
    expect(await listening.readLedger(customer.customer_id, null)).toEqual(expect.arrayContaining(rows));
  });

  it('hold by either key after a rotation', async () => {
    const { sim, ids, options, buy } = await startWithSimulator();
    const verified: string[] = [];
    const receiver = await startHttpServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      verified.push(old.verifyWebhook(Buffer.concat(parts), headers));
      response.end();
    });
    onTestFinished(() => receiver.close());
    const endpoint = sim.webhooks.addEndpoint({ url: receiver.url, filterTypes: ['payment.succeeded'] });
    const old = createDodoBilling({ ...options, webhookKey: endpoint.secret });
    sim.webhooks.rotateSecret(endpoint.id);
    await buy(ids.topupProductId);
    await sim.webhooks.flush();
    expect(verified).toHaveLength(1);
  });
});
