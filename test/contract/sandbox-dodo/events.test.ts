import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, refusal } from './harness.ts';

describe('usage events', () => {
  let bench: Bench;
  let customer_id: string;
  beforeEach(async () => {
    bench = await createBench();
    bench.sim.seedCatalogue();
    customer_id = (await bench.client.customers.create({ email: 'a@example.com', name: 'A' })).customer_id;
  });
  afterEach(() => bench.close());

  const event = (event_id: string, more: object = {}) => ({
    event_id,
    customer_id,
    event_name: 'api.tokens_used',
    metadata: { tokens: 1 },
    ...more,
  });
  const ingest = (events: ReturnType<typeof event>[]) => bench.client.usageEvents.ingest({ events });
  const at = (offsetMs: number) => ({ timestamp: new Date(bench.sim.clock.now() + offsetMs).toISOString() });

  it('are taken 1 to 1000 at a time', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => event(`e${index}`));
    expect((await refusal(ingest([]))).status).toBe(400);
    expect((await refusal(ingest(many(1001)))).status).toBe(400);
    expect(await ingest(many(1000))).toEqual({ ingested_count: 1000 });
  });

  it('are refused whole when one id stands twice, and ignored when the id was seen before', async () => {
    expect((await refusal(ingest([event('a'), event('a')]))).status).toBe(400);
    expect(bench.sim.store.events.size).toBe(0);
    await ingest([event('a')]);
    expect(await ingest([event('a', { metadata: { tokens: 99 } }), event('b')])).toEqual({ ingested_count: 1 });
    expect((await bench.client.usageEvents.retrieve('a')).metadata).toEqual({ tokens: 1 });
  });

  it('are refused whole when one is more than an hour old or five minutes ahead', async () => {
    await ingest([event('old', at(-3_590_000)), event('new', at(290_000))]);
    for (const offset of [-3_610_000, 310_000]) {
      expect((await refusal(ingest([event('good'), event('bad', at(offset))]))).status).toBe(400);
    }
    expect(bench.sim.store.events.has('good')).toBe(false);
  });

  it('need a customer that exists, and short flat metadata', async () => {
    const pairs = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 1]));
    for (const wrong of [
      { customer_id: 'cus_none' },
      { metadata: pairs },
      { metadata: { k: 'x'.repeat(501) } },
      { metadata: { ['k'.repeat(101)]: 1 } },
      { event_name: '' },
      { timestamp: 'yesterday' },
    ]) {
      expect((await refusal(ingest([event('e', wrong)]))).status).toBe(400);
    }
    const nested = { metadata: { tokens: { in: 1 } } } as object;
    expect(await refusal(ingest([event('e', nested)]))).toMatchObject({
      status: 422,
      message: expect.stringContaining('Failed to deserialize'),
    });
  });

  it('are found again by customer, name, meter and time', async () => {
    await ingest([event('a', at(-60_000)), event('b'), event('c', { event_name: 'other' })]);
    const { items: meters } = await bench.client.meters.list({ page_number: 0 });
    const found = async (query: object) =>
      (await bench.client.usageEvents.list({ page_number: 0, ...query })).items.map(({ event_id }) => event_id);
    expect(await found({ customer_id })).toEqual(['c', 'b', 'a']);
    expect(await found({ event_name: 'other' })).toEqual(['c']);
    expect(await found({ meter_id: meters[0]?.id })).toEqual(['b', 'a']);
    expect(await found({ end: new Date(bench.sim.clock.now() - 30_000).toISOString() })).toEqual(['a']);
    expect((await refusal(bench.client.usageEvents.retrieve('none'))).status).toBe(404);
    expect((await refusal(bench.client.usageEvents.list({ meter_id: 'mtr_none' }))).status).toBe(404);
  });
});
