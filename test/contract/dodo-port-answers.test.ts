import type { RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { createDodoBilling } from '../../src/ports/dodo/dodo-billing.ts';
import { answer, billingAt, debit, failureOf, NOW, quiet, startServer } from './dodo-port-server.ts';

const ENTITLEMENT = { id: 'cde_1', business_id: 'bus_1' };

describe('an answer of Dodo that is not readable', () => {
  it.each([
    ['a page of somebody else', answer(200, '<html>Log in to the airport</html>')],
    ['null', answer(200, null)],
    ['half of an answer', answer(200, '{"items": [', { 'content-type': 'application/json' })],
    ['an amount that is none', answer(200, { items: [{ id: 'g', remaining_amount: 'many' }] })],
    ['no items', answer(200, { data: [] })],
  ])('is a BillingError: %s', async (_what, handler) => {
    const { billing } = await startServer([handler]);
    expect(await failureOf(billing.readGrants('cus_1'))).toMatchObject({ fault: 'unanswered' });
  });

  it('is not taken for accepted usage', async () => {
    const { billing } = await startServer([answer(200, '<html>Log in to the airport</html>')]);
    const event = {
      ...{ eventId: 'ask-1', customerId: 'cus_1', tokens: 1, model: 'm', inputTokens: 1, outputTokens: 0 },
      ...{ cachedTokens: 0, source: 'api' as const, settledAt: NOW },
    };
    expect(await failureOf(billing.ingest([event]))).toMatchObject({ fault: 'unanswered' });
  });

  it('names what was expected and what came', async () => {
    const { billing } = await startServer([answer(200, { items: [{ id: 'g', remaining_amount: null }] })]);
    expect((await failureOf(billing.readGrants('cus_1'))).message).toMatch(
      /read the grants: .*remaining_amount: expected an amount.*came null/,
    );
  });

  it('is not taken for a debit', async () => {
    const { billing, asked } = await startServer([answer(201, '{"id":', { 'content-type': 'application/json' })]);
    expect(await failureOf(billing.debit(debit))).toMatchObject({ fault: 'unanswered' });
    expect(asked).toHaveLength(1);
  });

  it('is no address to send a member to', async () => {
    const { billing } = await startServer([answer(200, { link: 'javascript:alert(1)' })]);
    expect(await failureOf(billing.portalLink('cus_1'))).toMatchObject({ fault: 'unanswered' });
  });
});

describe('the pages of Dodo', () => {
  const row = (id: string) => ({ id, remaining_amount: 1 });
  const page = (from: number, to: number) =>
    answer(200, { items: Array.from({ length: to - from }, (_, n) => row(`g${from + n}`)) });

  it('are asked for by number, from 0 on, until a short one', async () => {
    const { billing, asked } = await startServer([page(0, 100), page(100, 200), page(200, 201)]);
    expect(await billing.readGrants('cus_1')).toHaveLength(201);
    expect(asked.map((url) => /page_number=(\d+)/.exec(url)?.[1])).toEqual(['0', '1', '2']);
    expect(asked.every((url) => url.includes('page_size=100'))).toBe(true);
  });

  it('may move while they are read: nothing is taken twice', async () => {
    const { billing } = await startServer([page(0, 100), page(97, 197), page(195, 200)]);
    const ids = (await billing.readGrants('cus_1')).map((grant) => grant.id);
    expect(ids).toHaveLength(200);
    expect(new Set(ids).size).toBe(200);
  });

  it('that do not turn are an error, neither an endless loop nor an end', async () => {
    const { billing, asked } = await startServer([page(0, 100)]);
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
    const { billing, asked } = await startServer([slow, last], { clock: () => now });
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
    const { billing, asked } = await startServer([answer(400, { message: 'Insufficient credit balance' })]);
    expect(await billing.debit(debit)).toBe('insufficient');
    expect(asked).toHaveLength(1);
  });

  it('is insufficient when the balance is smaller', async () => {
    const { billing } = await startServer([refusal, answer(200, { balance: '99.9' })]);
    expect(await billing.debit(debit)).toBe('insufficient');
  });

  it('is insufficient when there never was a balance', async () => {
    const { billing } = await startServer([refusal, answer(404)]);
    expect(await billing.debit(debit)).toBe('insufficient');
  });

  it('is refused when the balance would have covered it', async () => {
    const { billing } = await startServer([refusal, answer(200, { balance: 100 })]);
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
    const { billing } = await startServer([answer(200, ENTITLEMENT)]);
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
