import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { createDodoBilling } from '../../src/ports/dodo/dodo-billing.ts';
import { RETURN_URL, startWithSimulator, usage } from './dodo-port-buyer.ts';

describe('checkout at Dodo', () => {
  it('makes a new customer for an account that has none, even for an e-mail that Dodo knows', async () => {
    const { buy, ids } = await startWithSimulator();
    const first = await buy(ids.topupProductId, 'same@example.com');
    const second = await buy(ids.topupProductId, 'same@example.com');
    expect(second.customer.customer_id).not.toBe(first.customer.customer_id);
  });

  it('keeps to the customer of the account, whatever e-mail the buyer types', async () => {
    const { buy, ids } = await startWithSimulator();
    const first = await buy(ids.topupProductId, 'ada@example.com');
    const second = await buy(ids.topupProductId, 'other@example.com', first.customer.customer_id);
    expect(second.customer.customer_id).toBe(first.customer.customer_id);
  });

  it('carries product, packs, metadata and the way back', async () => {
    const { buy, ids, sim, heard, shares } = await startWithSimulator();
    const { session, payment } = await buy(ids.topupProductId, 'ada@example.com', null, 3);
    expect(session.url).toMatch(/^http/);
    expect(sim.store.sessions.get(session.id)?.request).toMatchObject({
      product_cart: [{ product_id: ids.topupProductId, quantity: 3 }],
      return_url: RETURN_URL,
    });
    expect(payment).toMatchObject({ total_amount: 3 * 1_900, metadata: { tally: 'v1.abc' } });
    expect(heard).toHaveLength(1);
    expect(shares).toEqual(['member']);
  });

  it('knows when a session and a customer were made, on the clock of Dodo', async () => {
    const { buy, ids, sim, billing } = await startWithSimulator();
    const before = sim.clock.now();
    const { session, customer } = await buy(ids.topupProductId);
    const made = await billing.sessionCreatedAt(session.id);
    expect(made).toBeGreaterThanOrEqual(before);
    expect(await billing.customerCreatedAt(customer.customer_id)).toBeGreaterThanOrEqual(made);
  });

  it('is refused for a product that is not sold', async () => {
    const { buy } = await startWithSimulator();
    await expect(buy('pdt_none')).rejects.toMatchObject({ name: 'BillingError', fault: 'refused' });
  });

  it('opens the portal of a customer', async () => {
    const { buy, ids, billing } = await startWithSimulator();
    const { customer } = await buy(ids.topupProductId);
    const page = await fetch(await billing.portalLink(customer.customer_id));
    expect(page.status).toBe(200);
    await expect(billing.portalLink('cus_none')).rejects.toMatchObject({ fault: 'refused', status: 404 });
  });
});

describe('the ledger of Dodo', () => {
  it('tells a purchase as a row and as a grant', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { customer, payment } = await buy(ids.topupProductId);
    const [row, ...more] = await billing.readLedger(customer.customer_id, null);
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      businessId: sim.businessId,
      entitlementId: ids.entitlementId,
      customerId: customer.customer_id,
      type: 'credit_added',
      isCredit: true,
      amount: 5_000_000,
      balanceBefore: 0,
      balanceAfter: 5_000_000,
      referenceId: payment.payment_id,
    });
    const grants = await billing.readGrants(customer.customer_id);
    expect(grants).toEqual([{ id: row?.grantId, remaining: 5_000_000, expiresAt: expect.any(Number) }]);
    expect(Math.round(((grants[0]?.expiresAt ?? 0) - sim.clock.now()) / DAY)).toBe(365);
  });

  it('is read to its last page, each row once, while others only want the newest', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { customer } = await buy(ids.topupProductId);
    const since = sim.clock.now() - HOUR;
    for (let n = 0; n < 230; n += 1) {
      const request = { customerId: customer.customer_id, tokens: 1, idempotencyKey: `key-${n}`, reason: 'test' };
      expect(await billing.debit(request)).toBe('done');
    }
    const rows = await billing.readLedger(customer.customer_id, since);
    expect(rows).toHaveLength(231);
    expect(new Set(rows.map((row) => row.id)).size).toBe(231);
    expect(Math.min(...rows.map((row) => row.balanceAfter))).toBe(5_000_000 - 230);
    const newest = await billing.readLedger(customer.customer_id, null);
    expect(newest).toHaveLength(100);
    expect(Math.min(...newest.map((row) => row.balanceAfter))).toBe(5_000_000 - 230);
  });

  it('is read from a moment on', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { customer } = await buy(ids.topupProductId);
    sim.clock.advance(HOUR);
    const since = sim.clock.now();
    await buy(ids.topupProductId, 'ada@example.com', customer.customer_id);
    const rows = await billing.readLedger(customer.customer_id, since);
    expect(rows.map((row) => row.balanceBefore)).toEqual([5_000_000]);
  });

  it('leaves out grants that are used up', async () => {
    const { buy, ids, billing } = await startWithSimulator();
    const { customer } = await buy(ids.topupProductId);
    const request = { customerId: customer.customer_id, tokens: 5_000_000, idempotencyKey: 'all', reason: 'test' };
    await billing.debit(request);
    expect(await billing.readGrants(customer.customer_id)).toEqual([]);
  });
});

describe('a debit by hand at Dodo', () => {
  it('is taken once for a key', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { customer } = await buy(ids.topupProductId);
    const request = { customerId: customer.customer_id, tokens: 1_234, idempotencyKey: 'batch-1', reason: 'usage' };
    expect(await billing.debit(request)).toBe('done');
    expect(await billing.debit(request)).toBe('repeated');
    expect(sim.store.balance(customer.customer_id, ids.entitlementId)).toEqual({ balance: '4998766', overage: '0' });
  });

  it('says when the balance does not cover it, and takes nothing', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { customer } = await buy(ids.topupProductId);
    const request = { customerId: customer.customer_id, tokens: 5_000_001, idempotencyKey: 'much', reason: 'usage' };
    expect(await billing.debit(request)).toBe('insufficient');
    expect(sim.store.balance(customer.customer_id, ids.entitlementId)?.balance).toBe('5000000');
  });

  it('names the row that it became, and knows a key that was used', async () => {
    const { buy, ids, billing } = await startWithSimulator();
    const { customer } = await buy(ids.topupProductId);
    const entry = {
      customerId: customer.customer_id,
      direction: 'debit',
      tokens: 700,
      idempotencyKey: 'back',
      reason: 'r',
    } as const;
    const outcome = await billing.adjust(entry);
    const [row] = (await billing.readLedger(customer.customer_id, null)).filter(({ isCredit }) => !isCredit);
    expect(outcome).toEqual({ kind: 'done', rowId: row?.id });
    expect(await billing.adjust(entry)).toEqual({ kind: 'repeated' });
    expect(await billing.adjust({ ...entry, tokens: 10_000_000, idempotencyKey: 'more' })).toEqual({
      kind: 'insufficient',
    });
  });

  it('may be a credit, which lasts until it is told to end', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { customer, payment } = await buy(ids.topupProductId);
    const expiresAt = sim.clock.now() + 5 * DAY;
    const entry = { customerId: customer.customer_id, tokens: 700, idempotencyKey: 'k', reason: 'r' };
    expect(await billing.adjust({ ...entry, direction: 'credit', expiresAt })).toMatchObject({ kind: 'done' });
    const grants = await billing.readGrantHistory(customer.customer_id);
    expect(grants.map(({ initial, remaining, sourceId }) => ({ initial, remaining, sourceId }))).toEqual(
      expect.arrayContaining([
        { initial: 5_000_000, remaining: 5_000_000, sourceId: payment.payment_id },
        { initial: 700, remaining: 700, sourceId: null },
      ]),
    );
    expect(grants.find(({ initial }) => initial === 700)?.expiresAt).toBe(expiresAt);
    sim.clock.advance(6 * DAY);
    sim.expire();
    const after = await billing.readGrantHistory(customer.customer_id);
    expect(after.find(({ initial }) => initial === 700)?.remaining).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN, 10 ** 10])('is not even asked for %d tokens', async (tokens) => {
    const { billing, shares } = await startWithSimulator();
    const request = { customerId: 'cus_1', tokens, idempotencyKey: 'k', reason: 'usage' };
    await expect(billing.debit(request)).rejects.toThrow(RangeError);
    expect(shares).toEqual([]);
  });
});

describe('usage events at Dodo', () => {
  it('carry numbers as numbers and the true time, and are metered', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { customer } = await buy(ids.starterProductId);
    await billing.ingest([usage('ask-1', customer.customer_id, 700), usage('ask-2', customer.customer_id, 300)]);
    expect(sim.store.events.get('ask-1')?.event).toMatchObject({
      event_name: 'api.tokens_used',
      customer_id: customer.customer_id,
      metadata: {
        tokens: 700,
        model: 'gpt-5.4-mini',
        input_tokens: 690,
        output_tokens: 10,
        cached_tokens: 3,
        source: 'discord',
        settled_at: '2026-11-22T09:30:00.000Z',
      },
    });
    await sim.tick();
    const balance = sim.store.balance(customer.customer_id, ids.entitlementId)?.balance;
    expect(balance).toBe(String(10_000_000 - 1_000));
  });

  it('may be sent again', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { customer } = await buy(ids.starterProductId);
    const event = usage('ask-1', customer.customer_id, 700);
    await billing.ingest([event]);
    await billing.ingest([event]);
    await sim.tick();
    expect(sim.store.balance(customer.customer_id, ids.entitlementId)?.balance).toBe(String(10_000_000 - 700));
  });

  it('are found again by their id', async () => {
    const { buy, ids, billing } = await startWithSimulator();
    const { customer } = await buy(ids.starterProductId);
    await billing.ingest([usage('ask/1 ?', customer.customer_id, 700)]);
    expect(await billing.hasEvent('ask/1 ?')).toBe(true);
    expect(await billing.hasEvent('ask-2')).toBe(false);
  });

  it('are dated by the clock of Dodo, once it was heard, however wrong ours is', async () => {
    const { buy, ids, options, sim } = await startWithSimulator();
    const { customer } = await buy(ids.starterProductId);
    const wrong = createDodoBilling({ ...options, clock: () => sim.clock.now() - 3 * HOUR });
    const event = usage('ask-1', customer.customer_id, 700);
    await expect(wrong.ingest([event])).rejects.toMatchObject({ fault: 'refused', status: 400 });
    await wrong.ingest([event]);
    const told = Date.parse(sim.store.events.get('ask-1')?.event.timestamp ?? '');
    expect(Math.abs(told - sim.clock.now())).toBeLessThan(5 * SECOND + MINUTE);
  });

  it('are 1 to 1,000 at a time', async () => {
    const { billing, shares, buy, ids } = await startWithSimulator();
    const { customer } = await buy(ids.starterProductId);
    const many = Array.from({ length: 1_001 }, (_, n) => usage(`ask-${n}`, customer.customer_id, 20));
    shares.length = 0;
    await expect(billing.ingest([])).rejects.toThrow(RangeError);
    await expect(billing.ingest(many)).rejects.toThrow(RangeError);
    expect(shares).toEqual([]);
    await billing.ingest(many.slice(1));
    expect(shares).toEqual(['usage']);
  });
});

describe('a payment and a subscription', () => {
  it('are read as they are now', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { payment, subscription, customer } = await buy(ids.starterProductId);
    const found = await billing.payment(payment.payment_id);
    expect(found).toMatchObject({
      payment: { id: payment.payment_id, customerId: customer.customer_id, amountCents: 2_900, status: 'succeeded' },
      createdAt: Date.parse(payment.created_at),
      metadata: { tally: 'v1.abc' },
    });
    const id = subscription?.subscription_id ?? '';
    expect(await billing.subscription(id)).toMatchObject({ id, status: 'active', productId: ids.starterProductId });
    sim.cancel(id);
    expect(await billing.subscription(id)).toMatchObject({ status: 'cancelled' });
    await expect(billing.payment('pay_none')).rejects.toMatchObject({ status: 404 });
  });
});

describe('a subscription at Dodo', () => {
  it('ends at once, and may be ended again', async () => {
    const { buy, ids, billing, sim } = await startWithSimulator();
    const { subscription } = await buy(ids.starterProductId);
    const id = subscription?.subscription_id ?? '';
    await billing.cancelSubscription(id);
    expect(sim.store.subscriptions.get(id)?.resource.status).toBe('cancelled');
    await billing.cancelSubscription(id);
    await expect(billing.cancelSubscription('sub_none')).rejects.toMatchObject({ fault: 'refused' });
  });
});

describe('Dodo, watched', () => {
  it('tells whose account the key is for', async () => {
    const { billing, sim, heard } = await startWithSimulator();
    expect(await billing.probe()).toEqual({ businessId: sim.businessId });
    expect(heard).toHaveLength(1);
  });

  it('is not heard while it fails', async () => {
    const { billing, sim, heard } = await startWithSimulator();
    sim.switches.outage = { status: 503 };
    await expect(billing.probe()).rejects.toMatchObject({ fault: 'unavailable', status: 503 });
    expect(heard).toHaveLength(0);
  });

  it('is unanswered while it hangs', async () => {
    const { options, sim } = await startWithSimulator();
    sim.switches.outage = 'hang';
    const hasty = createDodoBilling({ ...options, timeoutMs: 40 });
    await expect(hasty.probe()).rejects.toMatchObject({ fault: 'unanswered', status: null });
  });

  it('names the wait when it limits', async () => {
    const { billing, sim } = await startWithSimulator();
    sim.switches.rateLimitPerMinute = 1;
    await billing.probe();
    const refused = await billing.probe().then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ fault: 'rate_limited', status: 429, retryAfterMs: expect.any(Number) });
    expect((refused as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(MINUTE + 2 * SECOND);
  });

  it('is not called over our own budget', async () => {
    const { billing, sim, goOverBudget, heard } = await startWithSimulator();
    goOverBudget();
    await expect(billing.probe()).rejects.toMatchObject({ fault: 'rate_limited', status: null });
    await expect(billing.readGrants('cus_1')).rejects.toMatchObject({ fault: 'rate_limited', status: null });
    expect(heard).toHaveLength(0);
    expect(sim.store.sessions.size).toBe(0);
  });

  it('refuses a wrong key', async () => {
    const { options } = await startWithSimulator();
    const wrong = createDodoBilling({ ...options, apiKey: 'wrong-secret' });
    const error = await wrong.probe().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault: 'unauthorized', status: 401 });
    expect(String(error)).not.toContain('wrong-secret');
  });
});
