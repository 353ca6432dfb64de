import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, buy, createBench, refusal } from './harness.ts';

const DAY_MS = 86_400_000;

describe('balances, grants and the ledger', () => {
  let bench: Bench;
  let customerId: string;
  let of: { credit_entitlement_id: string };

  beforeEach(async () => {
    bench = await createBench();
    of = { credit_entitlement_id: bench.sim.seedCatalogue().entitlementId };
    customerId = (await bench.client.customers.create({ email: 'a@example.com', name: 'A' })).customer_id;
  });
  afterEach(() => bench.close());

  const entry = (entry_type: 'credit' | 'debit', amount: string, more: object = {}) =>
    bench.client.creditEntitlements.balances.createLedgerEntry(customerId, { ...of, entry_type, amount, ...more });

  it('has no balance before the first grant: 404, not zero', async () => {
    const { balances } = bench.client.creditEntitlements;
    expect(await refusal(balances.retrieve(customerId, of))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await bench.client.customers.listCreditEntitlements(customerId)).items).toEqual([]);
    expect((await balances.listLedger(customerId, of)).items).toEqual([]);
    expect((await refusal(entry('debit', '1'))).status).toBe(404);
  });

  it('gives balance figures as numbers or as strings, ledger figures always as strings', async () => {
    await entry('credit', '70');
    const { balances } = bench.client.creditEntitlements;
    expect((await balances.retrieve(customerId, of)).balance).toBe(70);
    bench.sim.switches.balancesAs = 'string';
    expect((await balances.retrieve(customerId, of)).balance).toBe('70');
    expect((await bench.client.customers.listCreditEntitlements(customerId)).items[0]?.balance).toBe('70');
    expect((await balances.listLedger(customerId, of)).items[0]?.balance_after).toBe('70');
  });

  it('credits and debits by hand, of a type that can be switched', async () => {
    expect(await entry('credit', '100', { reason: 'gift' })).toMatchObject({ is_credit: true, balance_after: '100' });
    const debit = await entry('debit', '30', { metadata: { batch: 'b' } });
    expect(debit).toMatchObject({
      entry_type: 'debit',
      balance_before: '100',
      balance_after: '70',
      metadata: { batch: 'b' },
    });
    bench.sim.switches.debitRowType = 'credit_deducted';
    bench.sim.switches.creditRowType = 'manual_adjustment';
    await entry('debit', '1');
    await entry('credit', '1');
    expect(bench.sim.store.ledger(customerId).map((row) => row.transaction_type)).toEqual([
      'credit_added',
      'manual_adjustment',
      'credit_deducted',
      'manual_adjustment',
    ]);
  });

  it('refuses a debit beyond the balance and takes nothing', async () => {
    await entry('credit', '10');
    expect((await refusal(entry('debit', '11'))).status).toBe(400);
    expect(bench.sim.store.balance(customerId, of.credit_entitlement_id)?.balance).toBe('10');
    for (const amount of ['0', '-1', 'x', '0.5', '10000000000'])
      expect((await refusal(entry('credit', amount))).status).toBe(400);
  });

  it('refuses an idempotency key a second time and takes nothing', async () => {
    await entry('credit', '10');
    await entry('debit', '4', { idempotency_key: 'k' });
    expect((await refusal(entry('debit', '4', { idempotency_key: 'k' }))).status).toBe(409);
    expect(bench.sim.store.balance(customerId, of.credit_entitlement_id)?.balance).toBe('6');
    await refusal(entry('debit', '100', { idempotency_key: 'k2' }));
    await entry('debit', '1', { idempotency_key: 'k2' });
  });

  it('lets grants expire at their time, and tells by whom they came', async () => {
    const { balances } = bench.client.creditEntitlements;
    await buy(bench, await topup(), { customerId });
    await entry('credit', '10', { expires_at: new Date(bench.sim.clock.now() + DAY_MS).toISOString() });
    bench.sim.clock.advance(DAY_MS);
    await bench.sim.tick();
    const grants = async (status: 'active' | 'expired' | 'depleted') =>
      (await balances.listGrants(customerId, { ...of, status })).items.map((grant) => grant.source_type);
    expect([await grants('active'), await grants('expired'), await grants('depleted')]).toEqual([
      ['one_time'],
      ['api'],
      [],
    ]);
    await entry('debit', '5000000');
    expect(await grants('depleted')).toEqual(['one_time']);
    const last = bench.sim.store.ledger(customerId)[2];
    expect(last).toMatchObject({ transaction_type: 'credit_expired', amount: '10', reference_type: 'api' });
  });

  it('filters the ledger by type and by date, newest first, in pages of ten', async () => {
    const { balances } = bench.client.creditEntitlements;
    for (let i = 0; i < 12; i++) await entry('credit', String(i + 1));
    bench.sim.clock.advance(DAY_MS);
    const start_date = new Date(bench.sim.clock.now()).toISOString();
    bench.sim.clock.advance(1);
    await entry('debit', '1');
    const first = await balances.listLedger(customerId, { ...of, page_number: 0 });
    const second = await balances.listLedger(customerId, { ...of, page_number: 1 });
    const amounts = [...first.items, ...second.items].map((row) => row.amount);
    expect([first.items.length, amounts]).toEqual([
      10,
      ['1', '12', '11', '10', '9', '8', '7', '6', '5', '4', '3', '2', '1'],
    ]);
    expect((await balances.listLedger(customerId, { ...of, start_date })).items).toHaveLength(1);
    expect((await balances.listLedger(customerId, { ...of, end_date: start_date, page_size: 100 })).items.length).toBe(
      12,
    );
    const debits = await balances.listLedger(customerId, { ...of, transaction_type: 'manual_adjustment' });
    expect(debits.items.map((row) => row.is_credit)).toEqual([false]);
  });

  async function topup(): Promise<string> {
    const { items } = await bench.client.products.list({ recurring: false, page_number: 0 });
    return items[0]?.product_id ?? '';
  }
});
