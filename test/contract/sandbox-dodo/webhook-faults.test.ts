import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, buy, createBench, createReceiver, type Receiver } from './harness.ts';

const MINUTE_MS = 60_000;

describe('webhook faults', () => {
  let bench: Bench;
  let receiver: Receiver;
  let ids: ReturnType<Bench['sim']['seedCatalogue']>;
  let secret: string;

  beforeEach(async () => {
    receiver = await createReceiver();
    bench = await createBench();
    ids = bench.sim.seedCatalogue();
    secret = bench.sim.webhooks.addEndpoint({ url: receiver.url }).secret;
  });
  afterEach(async () => {
    await bench.close();
    await receiver.close();
  });

  async function buyTopup(): Promise<void> {
    await buy(bench, ids.topupProductId);
    await bench.sim.webhooks.flush();
  }

  function verdict(): string {
    const [webhook] = receiver.received;
    if (webhook === undefined) throw new Error('expected a webhook');
    try {
      bench.client.webhooks.unwrap(webhook.body, { headers: webhook.headers as Record<string, string>, key: secret });
      return 'verified';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  it('duplicate: the same id arrives again', async () => {
    bench.sim.webhooks.faults.duplicate = 2;
    await buyTopup();
    expect(receiver.types()).toEqual([...Array(3).fill('payment.succeeded'), ...Array(3).fill('credit.added')]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });

  it('shuffle: the order follows the given randomness', async () => {
    bench.sim.webhooks.faults.shuffle = () => 0;
    await buyTopup();
    expect(receiver.types()).toEqual(['credit.added', 'payment.succeeded']);
  });

  it('delay: the message comes when the clock has moved', async () => {
    Object.assign(bench.sim.webhooks.faults, { delayMs: MINUTE_MS, only: (type: string) => type === 'credit.added' });
    await buyTopup();
    expect(receiver.types()).toEqual(['payment.succeeded']);
    bench.sim.clock.advance(MINUTE_MS);
    await bench.sim.webhooks.flush();
    expect(receiver.types()).toEqual(['payment.succeeded', 'credit.added']);
  });

  it('drop: the message never comes', async () => {
    bench.sim.webhooks.faults.drop = true;
    await buyTopup();
    bench.sim.clock.advance(48 * 60 * MINUTE_MS);
    await bench.sim.webhooks.flush();
    expect(receiver.received).toHaveLength(0);
    expect(bench.sim.webhooks.deliveries.map(({ state }) => state)).toEqual(['dropped', 'dropped']);
  });

  it('stale: receivers refuse the timestamp', async () => {
    bench.sim.webhooks.faults.staleByMs = 6 * MINUTE_MS;
    await buyTopup();
    expect(verdict()).toBe('Message timestamp too old');
  });

  it('tamper: receivers refuse the signature', async () => {
    bench.sim.webhooks.faults.tamper = true;
    await buyTopup();
    expect(verdict()).toBe('No matching signature found');
  });

  it('latest-state body: a late message shows what is true now, unless switched off', async () => {
    const { faults } = bench.sim.webhooks;
    Object.assign(faults, { delayMs: MINUTE_MS, only: (type: string) => type === 'subscription.active' });
    const statuses: string[] = [];
    for (const latestStateBody of [true, false]) {
      faults.latestStateBody = latestStateBody;
      const { subscription } = await buy(bench, ids.starterProductId);
      bench.sim.cancel(subscription?.subscription_id ?? '');
      bench.sim.clock.advance(MINUTE_MS);
      await bench.sim.webhooks.flush();
      const actives = receiver.received
        .map(({ body }) => JSON.parse(body))
        .filter(({ type }) => type.endsWith('.active'));
      statuses.push(actives.at(-1)?.data.status);
    }
    expect(statuses).toEqual(['cancelled', 'active']);
  });

  it('are gone after a reset', async () => {
    bench.sim.webhooks.faults.drop = true;
    bench.sim.switches.outage = { status: 503 };
    bench.sim.reset();
    ids = bench.sim.seedCatalogue();
    bench.sim.webhooks.addEndpoint({ url: receiver.url });
    await buyTopup();
    expect(receiver.received).toHaveLength(2);
  });
});
