import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RETRY_DELAYS_MS } from '../../../src/sandbox/dodo/webhook-queue.ts';
import {
  type Bench,
  buy,
  createBench,
  createReceiver,
  type ReceivedWebhook,
  type Receiver,
  refusal,
} from './harness.ts';

const MINUTE_MS = 60_000;

describe('webhooks', () => {
  let bench: Bench;
  let receiver: Receiver;
  let ids: ReturnType<Bench['sim']['seedCatalogue']>;
  let secret: string;

  async function start(options: Parameters<typeof createBench>[0] = {}): Promise<void> {
    bench = await createBench(options);
    ids = bench.sim.seedCatalogue();
    secret = bench.sim.webhooks.addEndpoint({ url: receiver.url }).secret;
  }

  function unwrap({ body, headers }: ReceivedWebhook, key = secret) {
    return bench.client.webhooks.unwrap(body, { headers: headers as Record<string, string>, key });
  }

  beforeEach(async () => {
    receiver = await createReceiver();
  });
  afterEach(async () => {
    await bench.close();
    await receiver.close();
  });

  it('tell a subscription in order, each body signed and with its payload type', async () => {
    await start();
    await buy(bench, ids.starterProductId, { metadata: { account: 'a1' } });
    await bench.sim.webhooks.flush();
    expect(receiver.types()).toEqual([
      'payment.succeeded',
      'subscription.active',
      'subscription.renewed',
      'credit.added',
      'subscription.updated',
    ]);
    const events = receiver.received.map((webhook) => unwrap(webhook));
    expect(events.every((event) => event.business_id === bench.sim.businessId)).toBe(true);
    const data = receiver.received.map(({ body }) => JSON.parse(body).data);
    expect(data.map((one) => one.payload_type)).toEqual([
      'Payment',
      'Subscription',
      'Subscription',
      'CreditLedgerEntry',
      'Subscription',
    ]);
    expect(data.every((one) => one.metadata.account === 'a1')).toBe(true);
    expect(receiver.received[0]?.headers['content-type']).toBe('application/json');
  });

  it('carry the HMAC that Standard Webhooks asks for', async () => {
    await start();
    await buy(bench, ids.topupProductId);
    await bench.sim.webhooks.flush();
    const [webhook] = receiver.received;
    if (webhook === undefined) throw new Error('expected a webhook');
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = webhook.headers;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    expect(signature).toBe(`v1,${createHmac('sha256', key).update(`${id}.${at}.${webhook.body}`).digest('base64')}`);
  });

  it('are tried eight times on the virtual clock, under one id, each attempt signed anew', async () => {
    await start();
    receiver.answer = 500;
    const session = await bench.client.customers.create({ email: 'a@example.com', name: 'A' });
    await bench.client.creditEntitlements.balances.createLedgerEntry(session.customer_id, {
      credit_entitlement_id: ids.entitlementId,
      entry_type: 'credit',
      amount: '5',
    });
    await bench.sim.webhooks.flush();
    for (const [index, delay] of RETRY_DELAYS_MS.slice(1).entries()) {
      expect(receiver.received).toHaveLength(index + 1);
      bench.sim.clock.advance(delay - 1000);
      await bench.sim.webhooks.flush();
      expect(receiver.received).toHaveLength(index + 1);
      bench.sim.clock.advance(1000);
      await bench.sim.webhooks.flush();
    }
    expect(receiver.received).toHaveLength(8);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(bench.sim.webhooks.deliveries[0]).toMatchObject({ state: 'failed' });
    expect(bench.sim.webhooks.deliveries[0]?.attempts.map(({ status }) => status)).toEqual(Array(8).fill(500));
    for (const webhook of receiver.received) unwrap(webhook);
    expect(bench.sim.webhooks.pending()).toBe(0);
  });

  it('are retried until acknowledged, and then no more', async () => {
    await start();
    receiver.answer = 503;
    await buy(bench, ids.topupProductId);
    await bench.sim.webhooks.flush();
    receiver.answer = 204;
    bench.sim.clock.advance(5000);
    await bench.sim.webhooks.flush();
    bench.sim.clock.advance(20 * 3_600_000);
    await bench.sim.webhooks.flush();
    expect(receiver.types()).toEqual(['payment.succeeded', 'credit.added', 'payment.succeeded', 'credit.added']);
    expect(bench.sim.webhooks.deliveries.every(({ state }) => state === 'delivered')).toBe(true);
  });

  it('are retried by the running clock too, sooner with a retry scale', async () => {
    await start({ retryScale: 0.0001 });
    receiver.answer = 500;
    await buy(bench, ids.topupProductId);
    await expect.poll(() => receiver.received.length, { interval: 5 }).toBeGreaterThanOrEqual(4);
    receiver.answer = 200;
  });

  it('wait for deliverDue in manual mode', async () => {
    await start({ autoDeliver: false });
    await buy(bench, ids.topupProductId);
    await bench.sim.webhooks.flush();
    expect(receiver.received).toHaveLength(0);
    expect(bench.sim.webhooks.pending()).toBe(2);
    await bench.sim.webhooks.deliverDue();
    expect(receiver.types()).toEqual(['payment.succeeded', 'credit.added']);
  });

  it('go only where the filter lets them, and not to disabled endpoints', async () => {
    await start();
    const other = await createReceiver();
    try {
      const made = await bench.client.webhooks.create({ url: other.url, filter_types: ['credit.added'] });
      await buy(bench, ids.topupProductId);
      await bench.sim.webhooks.flush();
      expect(other.types()).toEqual(['credit.added']);
      const { secret: key } = await bench.client.webhooks.retrieveSecret(made.id);
      const [webhook] = other.received;
      if (webhook === undefined) throw new Error('expected a webhook');
      expect(unwrap(webhook, key).type).toBe('credit.added');
      await bench.client.webhooks.update(made.id, { disabled: true });
      await buy(bench, ids.topupProductId);
      await bench.sim.webhooks.flush();
      expect(other.received).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  it('have types of which no other is taken into a filter', async () => {
    await start();
    const other = { url: 'https://example.com', filter_types: ['credit.given' as 'credit.added'] };
    expect((await refusal(bench.client.webhooks.create(other))).status).toBe(422);
    const [endpoint] = (await bench.client.webhooks.list()).data;
    expect((await refusal(bench.client.webhooks.update(endpoint?.id ?? '', other))).status).toBe(422);
  });

  it('are signed with the old and the new secret for a day after a rotation', async () => {
    await start();
    const [endpoint] = (await bench.client.webhooks.list()).data;
    const rotated = bench.sim.webhooks.rotateSecret(endpoint?.id ?? '');
    await buy(bench, ids.topupProductId);
    await bench.sim.webhooks.flush();
    const [during] = receiver.received;
    if (during === undefined) throw new Error('expected a webhook');
    expect([unwrap(during, secret).type, unwrap(during, rotated).type]).toEqual(Array(2).fill('payment.succeeded'));
    bench.sim.clock.advance(25 * 60 * MINUTE_MS);
    await buy(bench, ids.topupProductId);
    await bench.sim.webhooks.flush();
    const after = receiver.received.at(-1);
    if (after === undefined) throw new Error('expected a webhook');
    expect(() => unwrap(after, secret)).toThrow('No matching signature');
  });

  it('follow idempotency keys of endpoints', async () => {
    await start();
    const first = await bench.client.webhooks.create({ url: receiver.url, idempotency_key: 'one' });
    const again = await bench.client.webhooks.create({ url: receiver.url, idempotency_key: 'one' });
    expect(again.id).toBe(first.id);
  });
});
