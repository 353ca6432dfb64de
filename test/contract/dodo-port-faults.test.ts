import type { RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BillingError } from '../../src/core/billing.ts';
import type { Log } from '../../src/core/log.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { createDodoBilling, type DodoBillingOptions } from '../../src/ports/dodo/dodo-billing.ts';
import { startHttpServer } from '../../src/sandbox/http-server.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const NOW = Date.UTC(2026, 10, 22, 12);

function billingAt(baseUrl: string, more: Partial<DodoBillingOptions> = {}) {
  return createDodoBilling({
    apiKey: 'key',
    webhookKey: 'whsec_c2VjcmV0IG9mIHRlc3Rz',
    environment: 'test_mode',
    baseUrl,
    entitlementId: 'cde_1',
    clock: () => NOW,
    log: quiet,
    budget: async () => true,
    ...more,
  });
}

/** A server that answers each request by the next of the handlers, the last one for ever. */
async function start(handlers: RequestListener[], more: Partial<DodoBillingOptions> = {}) {
  const asked: string[] = [];
  const server = await startHttpServer((request, response) => {
    const handler = handlers[Math.min(asked.length, handlers.length - 1)];
    asked.push(`${request.method} ${request.url}`);
    handler?.(request, response);
  });
  onTestFinished(() => server.close());
  return { billing: billingAt(server.url, more), asked, url: server.url };
}

function answer(status: number, body: unknown = '', headers: Record<string, string> = {}): RequestListener {
  const json = typeof body !== 'string';
  return (_request, response) => {
    response.writeHead(status, {
      'content-type': json ? 'application/json' : 'text/plain',
      date: new Date(NOW).toUTCString(),
      ...headers,
    });
    response.end(json ? JSON.stringify(body) : body);
  };
}

const hangUp: RequestListener = (request) => request.socket.destroy();

async function failureOf(call: Promise<unknown>): Promise<BillingError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof BillingError) return error;
  throw new Error(`expected a BillingError, came ${String(error)}`);
}

const debit = { customerId: 'cus_1', tokens: 100, idempotencyKey: 'batch-1', reason: 'usage' };
const ENTITLEMENT = { id: 'cde_1', business_id: 'bus_1' };

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
    const { billing, asked } = await start([answer(status, { code: 'SOME_CODE', message: 'some words' })]);
    const error = await failureOf(billing.probe());
    expect(error).toMatchObject({ fault, status });
    expect(error.message).toContain('SOME_CODE some words');
    expect(asked).toHaveLength(1);
  });

  it('may be plain text, or nothing', async () => {
    const text = await start([answer(422, 'Failed to deserialize: missing field product_id')]);
    expect((await failureOf(text.billing.probe())).message).toContain('missing field product_id');
    const nothing = await start([answer(401)]);
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
    const { billing } = await start([answer(429, '', { [header]: value })]);
    expect((await failureOf(billing.probe())).retryAfterMs).toBe(wait);
  });

  it('is followed nowhere, so that the key goes nowhere else', async () => {
    const elsewhere = await start([answer(200, ENTITLEMENT)]);
    const { billing } = await start([answer(307, '', { location: elsewhere.url })]);
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
    const { billing, asked } = await start([hangUp]);
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'unanswered', status: null });
    expect(asked).toHaveLength(1);
  });

  it('is unanswered when it takes too long to begin', async () => {
    const { billing } = await start([() => {}], { timeoutMs: 40 });
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'unanswered' });
  });

  it('is unanswered when it takes too long to end', async () => {
    const half: RequestListener = (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":');
    };
    const { billing } = await start([half], { timeoutMs: 60 });
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'unanswered' });
  });

  it('is unanswered when the answer is cut', async () => {
    const cut: RequestListener = (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":', () => response.destroy());
    };
    const { billing } = await start([cut]);
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
    ['a broken connection', hangUp],
  ])('follows %s for what changes nothing, in the budget', async (_what, first) => {
    const budget = vi.fn(async () => true);
    const { billing, asked } = await start([first, grants], { budget });
    expect(await billing.readGrants('cus_1')).toEqual([]);
    expect(asked).toHaveLength(2);
    expect(budget).toHaveBeenCalledTimes(2);
  });

  it('is the last', async () => {
    const { billing, asked } = await start([answer(503)]);
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
    const { billing, asked } = await start([first, grants]);
    await failureOf(billing.readGrants('cus_1'));
    expect(asked).toHaveLength(1);
  });

  it('does not follow a timeout', async () => {
    const { billing, asked } = await start([() => {}, grants], { timeoutMs: 40 });
    await failureOf(billing.readGrants('cus_1'));
    expect(asked).toHaveLength(1);
  });

  it.each([503, 409, 429])('never follows for a write, not even by the SDK: %i', async (status) => {
    const { billing, asked } = await start([answer(status)]);
    const checkout = { productId: 'p', quantity: 1, customerId: null, metadata: {}, returnUrl: 'https://x.example' };
    await failureOf(billing.createCheckout(checkout));
    await failureOf(billing.portalLink('cus_1'));
    await billing.debit(debit).catch(() => {});
    expect(asked).toHaveLength(3);
  });
});

describe('an answer of Dodo that is not readable', () => {
  it.each([
    ['a page of somebody else', answer(200, '<html>Log in to the airport</html>')],
    ['null', answer(200, null)],
    ['half of an answer', answer(200, '{"items": [', { 'content-type': 'application/json' })],
    ['an amount that is none', answer(200, { items: [{ id: 'g', remaining_amount: 'many' }] })],
    ['no items', answer(200, { data: [] })],
  ])('is a BillingError: %s', async (_what, handler) => {
    const { billing } = await start([handler]);
    expect(await failureOf(billing.readGrants('cus_1'))).toMatchObject({ fault: 'unanswered' });
  });

  it('is not taken for accepted usage', async () => {
    const { billing } = await start([answer(200, '<html>Log in to the airport</html>')]);
    const event = {
      ...{ eventId: 'ask-1', customerId: 'cus_1', tokens: 1, model: 'm', inputTokens: 1, outputTokens: 0 },
      ...{ cachedTokens: 0, source: 'api' as const, settledAt: NOW },
    };
    expect(await failureOf(billing.ingest([event]))).toMatchObject({ fault: 'unanswered' });
  });

  it('names what was expected and what came', async () => {
    const { billing } = await start([answer(200, { items: [{ id: 'g', remaining_amount: null }] })]);
    expect((await failureOf(billing.readGrants('cus_1'))).message).toMatch(
      /read the grants: .*remaining_amount: expected an amount.*came null/,
    );
  });

  it('is not taken for a debit', async () => {
    const { billing, asked } = await start([answer(201, '{"id":', { 'content-type': 'application/json' })]);
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'unanswered' });
    expect(asked).toHaveLength(1);
  });

  it('is no address to send a member to', async () => {
    const { billing } = await start([answer(200, { link: 'javascript:alert(1)' })]);
    expect(await failureOf(billing.portalLink('cus_1'))).toMatchObject({ fault: 'unanswered' });
  });
});

describe('the pages of Dodo', () => {
  const row = (id: string) => ({ id, remaining_amount: 1 });
  const page = (from: number, to: number) =>
    answer(200, { items: Array.from({ length: to - from }, (_, n) => row(`g${from + n}`)) });

  it('are asked for by number, from 0 on, until a short one', async () => {
    const { billing, asked } = await start([page(0, 100), page(100, 200), page(200, 201)]);
    expect(await billing.readGrants('cus_1')).toHaveLength(201);
    expect(asked.map((url) => /page_number=(\d+)/.exec(url)?.[1])).toEqual(['0', '1', '2']);
    expect(asked.every((url) => url.includes('page_size=100'))).toBe(true);
  });

  it('may move while they are read: nothing is taken twice', async () => {
    const { billing } = await start([page(0, 100), page(97, 197), page(195, 200)]);
    const ids = (await billing.readGrants('cus_1')).map((grant) => grant.id);
    expect(ids).toHaveLength(200);
    expect(new Set(ids).size).toBe(200);
  });

  it('that do not turn are an error, neither an endless loop nor an end', async () => {
    const { billing, asked } = await start([page(0, 100)]);
    expect(await failureOf(billing.readGrants('cus_1'))).toMatchObject({ fault: 'unanswered' });
    expect(asked).toHaveLength(2);
  });

  it('of the ledger keep one end while they are read', async () => {
    let now = NOW;
    const entry = (n: number) => ({
      ...{ id: `r${n}`, business_id: 'b', credit_entitlement_id: 'cde_1', customer_id: 'cus_1', is_credit: true },
      ...{ transaction_type: 'credit_added', amount: '1', balance_before: '0', balance_after: '1' },
      ...{ overage_before: '0', overage_after: '0', created_at: '2026-11-22T11:00:00Z' },
    });
    const full = answer(200, { items: Array.from({ length: 100 }, (_, n) => entry(n)) });
    const last = answer(200, { items: [entry(200)] });
    const slow: RequestListener = (request, response) => {
      now += MINUTE;
      full(request, response);
    };
    const { billing, asked } = await start([slow, last], { clock: () => now });
    expect(await billing.readLedger('cus_1', NOW - MINUTE)).toHaveLength(101);
    const ranges = asked.map((url) => {
      const query = new URL(url.slice(4), 'http://x').searchParams;
      return [query.get('start_date'), query.get('end_date')];
    });
    expect(ranges[0]).toEqual(['2026-11-22T11:59:00.000Z', '2026-11-22T12:05:00.000Z']);
    expect(ranges[1]).toEqual(ranges[0]);
  });
});

describe('a debit that Dodo answers with 400', () => {
  const refusal = answer(400, { code: 'INVALID_REQUEST_PARAMETERS', message: 'no' });

  it('is insufficient when Dodo says so', async () => {
    const { billing, asked } = await start([answer(400, { message: 'Insufficient credit balance' })]);
    expect(await billing.debit(debit)).toBe('insufficient');
    expect(asked).toHaveLength(1);
  });

  it('is insufficient when the balance is smaller', async () => {
    const { billing } = await start([refusal, answer(200, { balance: '99.9' })]);
    expect(await billing.debit(debit)).toBe('insufficient');
  });

  it('is insufficient when there never was a balance', async () => {
    const { billing } = await start([refusal, answer(404)]);
    expect(await billing.debit(debit)).toBe('insufficient');
  });

  it('is refused when the balance would have covered it', async () => {
    const { billing } = await start([refusal, answer(200, { balance: 100 })]);
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'refused', status: 400 });
  });
});

describe('the address of Dodo', () => {
  const withVariable = (value: string) => {
    process.env.DODO_PAYMENTS_BASE_URL = value;
    onTestFinished(() => {
      delete process.env.DODO_PAYMENTS_BASE_URL;
    });
  };

  it('is given by us alone, whatever the SDK would read from the environment', async () => {
    withVariable('http://127.0.0.1:9');
    const { billing } = await start([answer(200, ENTITLEMENT)]);
    expect(await billing.probe()).toEqual({ businessId: 'bus_1' });
  });

  it('is that of the environment when no other is given', async () => {
    withVariable('http://127.0.0.1:9');
    const seen: string[] = [];
    vi.stubGlobal('fetch', async (url: string) => {
      seen.push(String(url));
      return Response.json(ENTITLEMENT);
    });
    onTestFinished(() => {
      vi.unstubAllGlobals();
    });
    for (const environment of ['test_mode', 'live_mode'] as const) {
      const billing = createDodoBilling({
        ...{ apiKey: 'key', webhookKey: 'whsec_c2VjcmV0IG9mIHRlc3Rz', environment, entitlementId: 'cde_1' },
        ...{ clock: () => NOW, log: quiet, budget: async () => true },
      });
      await billing.probe();
    }
    expect(seen.map((url) => new URL(url).origin)).toEqual([
      'https://test.dodopayments.com',
      'https://live.dodopayments.com',
    ]);
  });

  it.each(['', 'dodo', 'ftp://dodo.example'])('cannot be %j, which shows at the start', (address) => {
    expect(() => billingAt(address)).toThrow(/The Dodo base URL/);
  });

  it('is not asked with a key that cannot be sent, and the key is not shown', () => {
    expect(() => billingAt('http://x.example', { apiKey: 'secret\nkey' })).toThrow(/The Dodo API key/);
    expect(() => billingAt('http://x.example', { apiKey: 'secret\nkey' })).not.toThrow(/secret/);
  });
});
