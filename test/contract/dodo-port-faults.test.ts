import type { RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { startHttpServer } from '../../src/sandbox/http-server.ts';
import { answer, billingAt, debit, failureOf, hangUp, NOW, startServer } from './dodo-port-server.ts';

describe('an answer of Dodo that is no success', () => {
  it.each([
    [300, 'unavailable'],
    [307, 'unavailable'],
    [400, 'refused'],
    [401, 'unauthorized'],
    [402, 'refused'],
    [403, 'unauthorized'],
    [404, 'refused'],
    [405, 'refused'],
    [408, 'unavailable'],
    [409, 'conflict'],
    [410, 'refused'],
    [413, 'refused'],
    [422, 'refused'],
    [429, 'rate_limited'],
    [500, 'unavailable'],
    [501, 'unavailable'],
    [502, 'unanswered'],
    [503, 'unavailable'],
    [504, 'unanswered'],
    [524, 'unanswered'],
  ])('with %i is %s, after one attempt', async (status, fault) => {
    const { billing, asked } = await startServer([answer(status, { code: 'SOME_CODE', message: 'some words' })]);
    const error = await failureOf(billing.probe());
    expect(error).toMatchObject({ fault, status });
    expect(error.message).toContain('SOME_CODE some words');
    expect(asked).toHaveLength(1);
  });

  it('may be plain text, or nothing', async () => {
    const text = await startServer([answer(422, 'Failed to deserialize: missing field product_id')]);
    expect((await failureOf(text.billing.probe())).message).toContain('missing field product_id');
    const nothing = await startServer([answer(401)]);
    expect((await failureOf(nothing.billing.probe())).message).toMatch(/^probe: Dodo answered 401/);
  });

  it.each([
    ['retry-after', '7', 7 * SECOND],
    ['retry-after', new Date(NOW + 90 * SECOND).toUTCString(), 90 * SECOND],
    ['retry-after', new Date(NOW - MINUTE).toUTCString(), 0],
    ['x-ratelimit-reset', '30', 30 * SECOND],
    ['x-ratelimit-reset', String(NOW / 1_000 + 12), 12 * SECOND],
    ['x-ratelimit-reset', String(NOW + 5_000), 5 * SECOND],
    ['x-ratelimit-reset', '999999', 60 * MINUTE],
    ['x-ratelimit-reset', 'soon', null],
  ])('names the wait by %s: %s', async (header, value, wait) => {
    const { billing } = await startServer([answer(429, '', { [header]: value })]);
    expect((await failureOf(billing.probe())).retryAfterMs).toBe(wait);
  });

  it('is followed nowhere, so that the key goes nowhere else', async () => {
    const elsewhere = await startServer([answer(200, { business_id: 'bus_1' })]);
    const { billing } = await startServer([answer(307, '', { location: elsewhere.url })]);
    await failureOf(billing.probe());
    expect(elsewhere.asked).toEqual([]);
  });
});

describe('no answer of Dodo', () => {
  it('is unavailable when nobody listens: nothing was sent', async () => {
    const server = await startHttpServer(() => {});
    await server.close();
    const error = await failureOf(billingAt(server.url).probe());
    expect(error).toMatchObject({ fault: 'unavailable', status: null });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('is unavailable when its name is unknown', async () => {
    const error = await failureOf(billingAt('http://dodo.invalid').probe());
    expect(error).toMatchObject({ fault: 'unavailable', status: null });
  });

  it('is unanswered when the connection breaks: it may have been done', async () => {
    const { billing, asked } = await startServer([hangUp]);
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'unanswered', status: null });
    expect(asked).toHaveLength(1);
  });

  it('is unanswered when it takes too long to begin', async () => {
    const { billing } = await startServer([() => {}], { timeoutMs: 40 });
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'unanswered' });
  });

  it('is unanswered when it takes too long to end', async () => {
    const half: RequestListener = (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":');
    };
    const { billing } = await startServer([half], { timeoutMs: 60 });
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'unanswered' });
  });

  it('is unanswered when the answer is cut', async () => {
    const cut: RequestListener = (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":', () => response.destroy());
    };
    const { billing } = await startServer([cut]);
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'unanswered' });
  });
});

describe('a connection that fails', () => {
  const failing = (code: string, syscall?: string) => Object.assign(new Error('timed out, or not'), { code, syscall });

  it.each([
    ['unavailable', failing('UND_ERR_CONNECT_TIMEOUT')],
    ['unavailable', failing('ETIMEDOUT', 'connect')],
    ['unavailable', new AggregateError([failing('ECONNREFUSED', 'connect'), failing('ENETUNREACH', 'connect')])],
    ['unavailable', failing('EAI_AGAIN', 'getaddrinfo')],
    ['unavailable', failing('CERT_HAS_EXPIRED')],
    ['unanswered', failing('ETIMEDOUT', 'read')],
    ['unanswered', failing('ECONNRESET', 'read')],
    ['unanswered', failing('EPIPE', 'write')],
    ['unanswered', new Error('something new')],
  ])('is %s: %o', async (fault, cause) => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed', { cause })));
    onTestFinished(() => {
      vi.unstubAllGlobals();
    });
    expect(await failureOf(billingAt('http://x.example').debit(debit))).toMatchObject({ fault, status: null });
  });
});

describe('a second try', () => {
  const grants = answer(200, { items: [] });

  it.each([
    ['a 503', answer(503)],
    ['a 502', answer(502)],
    ['a 503 that tells the state of the limit', answer(503, '', { 'x-ratelimit-reset': '60' })],
    ['a broken connection', hangUp],
  ])('follows %s for what changes nothing, in the budget', async (_what, first) => {
    const budget = vi.fn(async () => true);
    const { billing, asked } = await startServer([first, grants], { budget });
    expect(await billing.readGrants('cus_1')).toEqual([]);
    expect(asked).toHaveLength(2);
    expect(budget).toHaveBeenCalledTimes(2);
  });

  it('is the last', async () => {
    const { billing, asked } = await startServer([answer(503)]);
    await failureOf(billing.readGrants('cus_1'));
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['a refusal', answer(422)],
    ['a limit', answer(429)],
    ['a named wait', answer(503, '', { 'retry-after': '5' })],
    ['an answer that is not readable', answer(200, { items: [{ id: 1 }] })],
    ['half of an answer', answer(200, '{"items": [', { 'content-type': 'application/json' })],
  ])('does not follow %s', async (_what, first) => {
    const { billing, asked } = await startServer([first, grants]);
    await failureOf(billing.readGrants('cus_1'));
    expect(asked).toHaveLength(1);
  });

  it('does not follow a timeout', async () => {
    const { billing, asked } = await startServer([() => {}, grants], { timeoutMs: 40 });
    await failureOf(billing.readGrants('cus_1'));
    expect(asked).toHaveLength(1);
  });

  it.each([503, 409, 429])('never follows for a write, not even by the SDK: %i', async (status) => {
    const { billing, asked } = await startServer([answer(status)]);
    const checkout = { productId: 'p', quantity: 1, customerId: null, metadata: {}, returnUrl: 'https://x.example' };
    await failureOf(billing.createCheckout(checkout));
    await failureOf(billing.portalLink('cus_1'));
    await billing.debit(debit).catch(() => {});
    expect(asked).toHaveLength(3);
  });
});

describe('what the port counts', () => {
  it('is each call by its share, those held back by our own budget apart, and each answer that was a fault', async () => {
    const counted: string[] = [];
    const metrics = { countBy: (name: string, labels: object) => counted.push(`${name} ${Object.values(labels)}`) };
    let budget = true;
    const { billing } = await startServer([answer(503), answer(401)], { metrics, budget: async () => budget });
    await failureOf(billing.probe());
    await failureOf(billing.debit(debit));
    budget = false;
    await failureOf(billing.debit(debit));
    expect(counted).toEqual([
      'dodo_calls reconcile',
      'vendor_errors dodo,unavailable',
      'dodo_calls usage',
      'vendor_errors dodo,unauthorized',
      'dodo_calls_held_back usage',
    ]);
  });
});
