import { DodoPayments } from 'dodopayments';
import { afterEach, describe, expect, it } from 'vitest';
import { createDodoSimulator } from '../../../src/sandbox/dodo/simulator.ts';
import { type Bench, createBench, refusal } from './harness.ts';

describe('the simulated API over HTTP', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  async function start(options: Parameters<typeof createBench>[0] = {}): Promise<Bench> {
    bench = await createBench(options);
    return bench;
  }

  function call(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${bench.sim.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${bench.sim.apiKey}`, 'content-type': 'application/json', ...init.headers },
    });
  }

  it('answers a wrong or missing key with 401 and no body', async () => {
    await start();
    const stranger = new DodoPayments({ bearerToken: 'wrong', baseURL: bench.sim.url });
    await expect(stranger.customers.list()).rejects.toThrow(DodoPayments.AuthenticationError);
    const response = await call('/customers', { headers: { authorization: '' } });
    expect([response.status, await response.text()]).toEqual([401, '']);
  });

  it('answers an unknown route with a loud 501', async () => {
    await start();
    const response = await call('/payouts');
    expect([response.status, await response.json()]).toEqual([
      501,
      { code: 'NOT_SIMULATED', message: 'GET /payouts is not simulated' },
    ]);
  });

  it('answers bodies that do not fit with plain text', async () => {
    await start();
    const missing = await call('/customers', { method: 'POST', body: '{"name":"A"}' });
    expect([missing.status, missing.headers.get('content-type')]).toEqual([422, 'text/plain; charset=utf-8']);
    expect(await missing.text()).toBe(
      'Failed to deserialize the JSON body into the target type: missing field `email`',
    );
    const wrong = await call('/customers', { method: 'POST', body: '{"name":7,"email":"a"}' });
    expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('name: ')]);
    const broken = await call('/customers', { method: 'POST', body: '{"name":' });
    expect([broken.status, await broken.text()]).toEqual([400, 'Failed to parse the request body as JSON']);
    expect((await call('/customers', { method: 'POST', body: 'null' })).status).toBe(422);
  });

  it('pages from 0 by ten, takes at most a hundred, newest first', async () => {
    const { client } = await start();
    for (let i = 0; i < 13; i++) await client.customers.create({ email: `m${i}@example.com`, name: `Member ${i}` });
    const names = async (query: object) => (await client.customers.list(query)).items.map(({ name }) => name);
    expect(await names({ page_number: 0 })).toHaveLength(10);
    expect(await names({ page_number: 1 })).toEqual(['Member 2', 'Member 1', 'Member 0']);
    expect(await names({ page_number: 0, page_size: 100 })).toHaveLength(13);
    expect(await names({ name: 'member 12' })).toEqual(['Member 12']);
    expect(await refusal(client.customers.list({ page_size: 101 }))).toMatchObject({
      status: 422,
      code: 'INVALID_REQUEST_PARAMETERS',
    });
    expect((await call('/customers?page_number=x')).status).toBe(400);
    expect((await call('/meters?archived=maybe')).status).toBe(400);
  });

  it('carries the virtual clock in the Date header', async () => {
    await start({ now: () => Date.parse('2026-11-15T12:00:00Z') });
    expect((await call('/customers')).headers.get('date')).toBe('Sun, 15 Nov 2026 12:00:00 GMT');
    bench.sim.clock.advance(3_600_000);
    expect((await call('/customers')).headers.get('date')).toBe('Sun, 15 Nov 2026 13:00:00 GMT');
    expect(() => bench.sim.clock.advance(-1)).toThrow(RangeError);
  });

  it('limits requests by the minute of its clock, and says so in headers', async () => {
    const now = Date.parse('2026-11-15T12:00:30Z');
    const { client } = await start({ now: () => now, switches: { rateLimitPerMinute: 2 } });
    await client.customers.list();
    const second = await call('/customers');
    expect(second.headers.get('x-ratelimit-remaining')).toBe('0');
    const third = await call('/customers');
    expect([third.status, third.headers.get('x-ratelimit-limit')]).toEqual([429, '2']);
    expect(third.headers.get('x-ratelimit-reset')).toBe(String((now + 30_000) / 1000));
    expect(await refusal(client.customers.list())).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    bench.sim.clock.advance(30_000);
    await client.customers.list();
  });

  it('fails or hangs during an outage, and is back after it', async () => {
    const { sim, client } = await start();
    sim.switches.outage = { status: 503 };
    expect((await refusal(client.customers.list())).status).toBe(503);
    sim.switches.outage = 'hang';
    await expect(client.customers.list({}, { timeout: 30 })).rejects.toThrow(DodoPayments.APIConnectionTimeoutError);
    sim.switches.outage = null;
    expect((await client.customers.list()).items).toEqual([]);
  });

  it('forgets everything at a reset and says when its port is taken', async () => {
    const { sim, client } = await start();
    await client.customers.create({ email: 'a@example.com', name: 'A' });
    sim.clock.advance(1_000_000);
    sim.reset();
    expect((await client.customers.list()).items).toEqual([]);
    await expect(createDodoSimulator({ port: Number(new URL(sim.url).port) })).rejects.toThrow('EADDRINUSE');
  });

  it('ticks by itself when asked to', async () => {
    const { sim, client } = await start({ autoTickMs: 5 });
    const ids = sim.seedCatalogue();
    const { session_id } = await client.checkoutSessions.create({
      product_cart: [{ product_id: ids.starterProductId, quantity: 1 }],
    });
    const { customer } = sim.pay(session_id, { email: 'a@example.com' });
    const event = { event_id: 'e', customer_id: customer.customer_id, event_name: 'api.tokens_used' };
    await client.usageEvents.ingest({ events: [{ ...event, metadata: { tokens: 3 } }] });
    await expect
      .poll(() => sim.store.balance(customer.customer_id, ids.entitlementId)?.balance, { interval: 5 })
      .toBe('9999997');
  });
});
